# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central user remove`."""

from __future__ import annotations

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import UserName, books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command

_NONE_LEFT = "no account is left: where only this computer reaches the page, it asks for no login; elsewhere nobody gets in"


@click.command(cls=Command)
@click.argument("names", type=UserName(), nargs=-1, required=True)
@central_options()
def command(settings: CentralSettings, names: tuple[str, ...]) -> Answer:
    """Remove accounts of the web page, all or none. Who is logged in with one of them is not any more.

    \b
    chargerctl central user remove guest
    """
    with books_of(settings) as store:
        from chargerctl.central.books import users
        from chargerctl.central.books.queries.users import has_users

        with store.writing() as connection:
            removed = list(dict.fromkeys(users.known_user(connection, name) for name in names))
            for name in removed:
                users.remove_user(connection, name)
            left = has_users(connection)
    notes = [] if left else [_NONE_LEFT]
    return Answer({"removed": removed}, [f"removed {name}" for name in removed], notes)
