# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central token list`."""

from __future__ import annotations

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command
from chargerctl.cli.quantities import local_time
from chargerctl.cli.table import Table
from chargerctl.times import utc

_TITLES = ("name", "may", "made", "last used")


@click.command(cls=Command)
@central_options()
def command(settings: CentralSettings) -> Answer:
    """List the tokens of programs: what each may do, and when it was used last. The books do not hold the tokens themselves.

    \b
    chargerctl central token
    chargerctl central token list --json
    """
    with books_of(settings) as store:
        from chargerctl.central.books.queries.users import all_tokens

        with store.reading() as connection:
            found = all_tokens(connection)
    value = [
        {
            "name": each.name,
            "read_only": each.read_only,
            "created_at": utc(each.created_at),
            "last_used_at": utc(each.last_used_at),
        }
        for each in found
    ]
    if not found:
        return Answer({"tokens": value}, notes=["no token yet: chargerctl central token add NAME"])
    rows = [
        (
            each.name,
            "look" if each.read_only else "change",
            local_time(each.created_at),
            local_time(each.last_used_at),
        )
        for each in found
    ]
    return Answer({"tokens": value}, Table(_TITLES, rows, whole=("may",)).lines())
