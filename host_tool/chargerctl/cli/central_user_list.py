# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central user list`."""

from __future__ import annotations

import time

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command
from chargerctl.cli.quantities import local_time
from chargerctl.cli.table import Table
from chargerctl.times import utc

_TITLES = ("name", "may", "made", "logged in", "last request")


@click.command(cls=Command)
@central_options()
def command(settings: CentralSettings) -> Answer:
    """List the accounts of the web page: what each may do, in how many browsers it is logged in, and its last request.

    \b
    chargerctl central user
    chargerctl central user list --json
    """
    with books_of(settings) as store:
        from chargerctl.central.books.queries.users import all_users

        with store.reading() as connection:
            found = all_users(connection, time.time())
    value = [
        {
            "name": each.name,
            "read_only": each.read_only,
            "created_at": utc(each.created_at),
            "sessions": each.sessions,
            "last_used_at": utc(each.last_used_at),
        }
        for each in found
    ]
    if not found:
        return Answer({"users": value}, notes=["no account yet: chargerctl central user add NAME"])
    rows = [
        (
            each.name,
            "look" if each.read_only else "change",
            local_time(each.created_at),
            str(each.sessions),
            local_time(each.last_used_at),
        )
        for each in found
    ]
    return Answer({"users": value}, Table(_TITLES, rows, right=("logged in",), whole=("may",)).lines())
