# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central user add` and `password`."""

from __future__ import annotations

import sys
import time

import click

from chargerctl.central import extra
from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import UserName, books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command, Decorator, Output
from chargerctl.errors import InputError
from chargerctl.web import extra as web_extra

# More than a password may have.
_LONGEST_LINE = 4096

# What stands behind the name may be a password, which no message may show.
_SHOWS_NO_MORE = {"allow_extra_args": True}

_stdin_option: Decorator = click.option(
    "--password-stdin", is_flag=True, help="Read the password, the first line of stdin, instead of asking."
)


@click.command(cls=Command, context_settings=_SHOWS_NO_MORE)
@click.argument("name")
@click.option("--read-only", is_flag=True, help="It may look at everything, and change nothing.")
@_stdin_option
@central_options()
@click.pass_obj
def command(
    output: Output, settings: CentralSettings, name: str, read_only: bool, password_stdin: bool
) -> Answer:
    """Make an account of the web page. Its password is asked for twice; the books keep an Argon2 hash of it.

    The page asks for login from the first account on.

    \b
    chargerctl central user add anna
    chargerctl central user add guest --read-only
    chargerctl central user add anna --password-stdin < password.txt
    """
    _refuse_more()
    extra.require()
    web_extra.require("chargerctl central user")
    with books_of(settings, create=True) as store:
        from chargerctl.central.books import users
        from chargerctl.central.web.login.passwords import Passwords

        with store.reading() as connection:
            kept = users.new_user(connection, name)
        hashed = Passwords().hash(_password(output, password_stdin))
        with store.writing() as connection:
            users.add_user(connection, kept, hashed, time.time(), read_only=read_only)
    may = "may look" if read_only else "may change everything"
    return Answer({"name": kept, "read_only": read_only, "done": "added"}, [f"added {kept}: {may}"])


@click.command(cls=Command, context_settings=_SHOWS_NO_MORE)
@click.argument("name", type=UserName())
@_stdin_option
@central_options()
@click.pass_obj
def password(output: Output, settings: CentralSettings, name: str, password_stdin: bool) -> Answer:
    """Give an account of the web page another password. Whoever is logged in with it has to log in again.

    \b
    chargerctl central user password anna
    chargerctl central user password anna --password-stdin < password.txt
    """
    _refuse_more()
    extra.require()
    web_extra.require("chargerctl central user")
    with books_of(settings) as store:
        from chargerctl.central.books import users
        from chargerctl.central.web.login.passwords import Passwords

        with store.reading() as connection:
            kept = users.known_user(connection, name)
        hashed = Passwords().hash(_password(output, password_stdin))
        with store.writing() as connection:
            users.set_user_password(connection, kept, hashed)
    done = "changed the password of"
    return Answer({"name": kept, "done": done}, [f"{done} {kept}; its browsers have to log in again"])


def _refuse_more() -> None:
    if click.get_current_context().args:
        raise click.UsageError(
            "there is more than a name: a password is never on the command line, where other users can read it (ps); "
            "it is asked for, or comes by --password-stdin"
        )


def _password(output: Output, from_stdin: bool) -> str:
    """The new one. InputError without it."""
    from chargerctl.central.web.login.passwords import checked

    if from_stdin:
        return checked(sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n"))
    if output.as_json or not sys.stdin.isatty():
        raise InputError("there is no terminal to ask for the password on: use --password-stdin")
    return checked(click.prompt("Password", hide_input=True, confirmation_prompt="Again", err=True))
