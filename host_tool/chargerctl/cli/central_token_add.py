# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central token add`."""

from __future__ import annotations

import secrets
import time

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command

# So that programs which look for secrets in files know it for one.
_PREFIX = "cct_"
_BYTES = 32


@click.command(cls=Command)
@click.argument("name")
@click.option("--read-only", is_flag=True, help="It may read everything, and change nothing.")
@central_options()
def command(settings: CentralSettings, name: str, read_only: bool) -> Answer:
    """Make a token for a program, and show it once: the books keep a hash of it.

    The program sends it as the header `Authorization: Bearer TOKEN`, to /api/v1 and /metrics.

    \b
    chargerctl central token add prometheus --read-only
    """
    secret = _PREFIX + secrets.token_urlsafe(_BYTES)
    with books_of(settings, create=True) as store:
        from chargerctl.central.books import users

        with store.writing() as connection:
            users.add_token(connection, name, secret, time.time(), read_only=read_only)
        kept = users.normal(name)
    may = "may read" if read_only else "may change everything"
    value = {"name": kept, "read_only": read_only, "token": secret, "done": "added"}
    return Answer(value, [f"added {kept}: {may}", f"token: {secret}  (it is not shown again)"])
