# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central chargers show`."""

from __future__ import annotations

import time
from dataclasses import asdict

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import Serial, books_of, the_charger
from chargerctl.cli.central_options import central_options
from chargerctl.cli.charger_view import facts
from chargerctl.cli.output import Answer, Command
from chargerctl.cli.quantities import local_time
from chargerctl.cli.table import Table

_MOST_COMPLAINTS = 10


@click.command(cls=Command)
@click.argument("serial", type=Serial())
@central_options()
def command(settings: CentralSettings, serial: str) -> Answer:
    """Show all that the books know of one charger: boot data, connectors, configuration keys, the last complaints.

    A complaint is what the charger sent and what fits nothing in the books, such as a second stop of a session. The
    keys are those that it told last; `central configure` asks it.

    \b
    chargerctl central chargers show garage-1
    chargerctl central chargers show garage-1 --json
    """
    with books_of(settings) as store:
        from chargerctl.central.books.queries.chargers import complaints_of, configuration_of
        from chargerctl.central.views import charger as views

        charger = the_charger(store, serial, time.time())
        with store.reading() as connection:
            keys = configuration_of(connection, serial)
            complaints = complaints_of(connection, serial, _MOST_COMPLAINTS)
    value = asdict(views.charger(charger)) | {
        "configuration": [asdict(views.configuration_key(each)) for each in keys],
        "complaints": [asdict(views.complaint(each)) for each in complaints],
    }
    rows = [*facts(charger)]
    rows += [
        (f"key {each.key}", f"{each.value or ''}{' (read-only)' if each.readonly else ''}") for each in keys
    ]
    rows += [
        (f"complaint {local_time(each.at)}", f"{each.action}: {each.reason}: {each.payload}")
        for each in complaints
    ]
    return Answer(value, Table(("what", "is"), rows).lines())
