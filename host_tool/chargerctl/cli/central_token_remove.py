# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central token remove`."""

from __future__ import annotations

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import TokenName, books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command


@click.command(cls=Command)
@click.argument("names", type=TokenName(), nargs=-1, required=True)
@central_options()
def command(settings: CentralSettings, names: tuple[str, ...]) -> Answer:
    """Remove tokens, all or none. A program that comes with one is refused from then on.

    \b
    chargerctl central token remove prometheus
    """
    with books_of(settings) as store:
        from chargerctl.central.books import users

        removed = list(dict.fromkeys(map(users.normal, names)))
        with store.writing() as connection:
            for name in removed:
                users.remove_token(connection, name)
    return Answer({"removed": removed}, [f"removed {name}" for name in removed])
