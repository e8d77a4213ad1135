# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central cards add`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click
from click.shell_completion import CompletionItem

from chargerctl.central import cards
from chargerctl.central.settings import CentralSettings
from chargerctl.central.views import card as views
from chargerctl.cli.central_books import CardUid, Serial, books_of, the_charger
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command
from chargerctl.errors import ChargerctlError


class _Checked(click.ParamType):
    """A text as one of the functions of central/cards.py has it."""

    def __init__(self, name: str, check: Callable[[str], Any]) -> None:
        self.name = name
        self._check = check

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self._check(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        if self.name != "time":
            return []
        year = time.localtime().tm_year
        ends = (f"{each}-12-31" for each in range(year, year + 3))
        return [CompletionItem(each) for each in ends if each.startswith(incomplete)]


@click.command(cls=Command)
@click.argument("uid", type=CardUid())
@click.option("--name", type=_Checked("text", cards.name), default="", help="Display name: whose it is.")
@click.option(
    "--parent",
    type=CardUid(),
    default=None,
    help="A group: cards of one group may end each other's sessions (OCPP's parentIdTag).",
)
@click.option(
    "--valid-until",
    type=_Checked("time", cards.valid_until),
    help="A day, to its end, or a time: 2027-12-31.",
)
@click.option("--charger", "serials", type=Serial(), multiple=True, help="Only there. Can be repeated.")
@click.option("--blocked", is_flag=True, help="Enter it as blocked.")
@click.option(
    "--replace", is_flag=True, help="Change a card that is in the books: what is not given is taken away."
)
@central_options()
def command(
    settings: CentralSettings,
    uid: str,
    name: str,
    parent: str | None,
    valid_until: float | None,
    serials: tuple[str, ...],
    blocked: bool,
    replace: bool,
) -> Answer:
    """Enter a card. Its uid is what the charger sends as idTag: with this firmware, the number that its console shows.

    \b
    chargerctl central cards add 04A1B2C3 --name Anna --valid-until 2027-12-31
    chargerctl central cards add 04:A1:B2:C3 --charger garage-1 --charger garage-2 --replace
    """
    now = time.time()
    with books_of(settings, create=True) as store:
        from chargerctl.central.books.owner import Card, put_cards
        from chargerctl.central.books.queries.cards import all_cards

        for serial in serials:
            the_charger(store, serial, now)
        card = Card(uid, name, parent or "", valid_until, blocked, serials or None)
        with store.writing() as connection:
            if not replace and [*all_cards(connection, uid)]:
                raise ChargerctlError(
                    f"card {uid} is in the books already: change it with --replace", card=uid
                )
            _, replaced = put_cards(connection, [card], now)
    return Answer(
        {"card": asdict(views.card(card, now)), "new": not replaced},
        [f"{'changed' if replaced else 'added'} {uid}"],
    )
