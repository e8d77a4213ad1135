# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central chargers list`."""

from __future__ import annotations

import time
from dataclasses import asdict

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.charger_view import table
from chargerctl.cli.output import Answer, Command

_ASKS_S = 86_400


@click.command(cls=Command)
@click.option("--all", "everyone", is_flag=True, help="Also unknown chargers that have not asked for a day.")
@central_options()
def command(settings: CentralSettings, everyone: bool) -> Answer:
    """List the chargers: whether they are connected, what their connectors do, and the session that runs.

    The column `allowed` is yes, no, or asks: a charger that is not in the books has asked to take part within the
    last day; `chargers allow` lets it in.

    \b
    chargerctl central chargers
    chargerctl central chargers list --all --json
    """
    now = time.time()
    with books_of(settings) as store:
        from chargerctl.central.books.queries.chargers import all_chargers
        from chargerctl.central.books.workers import count_living
        from chargerctl.central.views.charger import charger

        with store.reading() as connection:
            found = all_chargers(connection, now)
            living = count_living(connection, now)
    shown = [each for each in found if everyone or each.known or (each.last_seen or 0) > now - _ASKS_S]
    notes = []
    if not shown:
        notes.append("no charger in the books yet: chargerctl central chargers add, or serve --learn")
    if not living:
        notes.append("no central system runs on these books: chargerctl central serve")
    value = {"chargers": [asdict(charger(each)) for each in shown], "central_systems": living}
    return Answer(value, table(shown).lines() if shown else [], notes)
