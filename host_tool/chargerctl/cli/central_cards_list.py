# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central cards list` and `export`."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.central.views.card import card
from chargerctl.cli.card_view import TITLES, cells
from chargerctl.cli.central_books import books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command
from chargerctl.cli.table import Table

if TYPE_CHECKING:
    from chargerctl.central.books.owner import Card


@click.command(cls=Command)
@central_options()
def command(settings: CentralSettings) -> Answer:
    """List the cards: until when and at which chargers each is valid, and what a charger would be told now.

    \b
    chargerctl central cards
    chargerctl central cards list --json
    """
    now = time.time()
    found = _all(settings)
    value = {"cards": [asdict(card(each, now)) for each in found]}
    if not found:
        return Answer(
            value, notes=["no card in the books yet: chargerctl central cards add, or serve --learn"]
        )
    return Answer(value, Table(TITLES, [cells(each, now) for each in found]).lines())


@click.command(cls=Command)
@central_options()
def export(settings: CentralSettings) -> Answer:
    """Print the cards as a CSV file, which `cards import` reads. With --json the same as `cards list --json`.

    A text that a spreadsheet would carry out as a formula has an apostrophe in front; import takes it away.

    \b
    chargerctl central cards export > cards.csv
    """
    from chargerctl.central.card_file import card_lines

    now = time.time()
    found = _all(settings)
    return Answer({"cards": [asdict(card(each, now)) for each in found]}, card_lines(found))


def _all(settings: CentralSettings) -> list[Card]:
    with books_of(settings) as store:
        from chargerctl.central.books.queries.cards import all_cards

        with store.reading() as connection:
            return [*all_cards(connection)]
