# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central chargers add` and `password`."""

from __future__ import annotations

import secrets
import sys
import time
from typing import Any

import click

from chargerctl.central import cards
from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import Serial, books_of, broker_notes, the_charger
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command, Decorator, Output
from chargerctl.errors import ChargerctlError, InputError

# As hexadecimal digits: chargers take an AuthorizationKey so (security white paper, table 5, at least 16 bytes).
_BYTES = 16
_SHORTEST, _LONGEST = 8, 40

_WAYS = ("generate_password", "password_prompt", "password_stdin")


def _password_options(function: Any) -> Any:
    options: list[Decorator] = [
        click.option("--generate-password", is_flag=True, help="Make a password, and show it once."),
        click.option("--password-prompt", is_flag=True, help="Ask for the password."),
        click.option("--password-stdin", is_flag=True, help="Read the password: the first line of stdin."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@click.command(cls=Command)
@click.argument("serial", type=Serial())
@click.option("--name", help="Display name.")
@_password_options
@central_options()
@click.pass_obj
def command(output: Output, settings: CentralSettings, serial: str, name: str | None, **ways: bool) -> Answer:
    """Enter a charger in the books, as allowed. One that is there keeps what is not given.

    One that has a password keeps it: `chargerctl central chargers password` changes it.

    Its password is never an argument: other users could read it. The books keep its hash only. A charger of this
    firmware has the serial as [mqtt] username and the password as [mqtt] password; one that speaks OCPP-J has the
    password as its AuthorizationKey.

    \b
    chargerctl central chargers add garage-1 --generate-password
    chargerctl central chargers add garage-1 --name "Left one"
    """
    try:
        name = None if name is None else cards.name(name)
    except ValueError as error:
        raise click.UsageError(f"--name: {error}") from None
    settings.check_new_charger(serial)
    password, generated = _password(output, ways)
    with books_of(settings, create=True) as store:
        from chargerctl.central.books.owner import add_charger, find_account

        with store.writing() as connection:
            before = find_account(connection, serial)
            if before and before.password and password:
                # It would be locked out at its next connection.
                raise ChargerctlError(
                    f"{serial} is in the books already, with a password: chargerctl central chargers password {serial} "
                    "changes it",
                    charger=serial,
                )
            add_charger(connection, serial, time.time(), name=name, password=_bytes(password))
    return _answer(settings, serial, "changed" if before else "added", password, generated)


@click.command(cls=Command)
@click.argument("serial", type=Serial())
@click.option("--remove", is_flag=True, help="Let it connect without a password, where that is allowed.")
@_password_options
@central_options()
@click.pass_obj
def password(output: Output, settings: CentralSettings, serial: str, remove: bool, **ways: bool) -> Answer:
    """Give a charger another password. It counts from its next connection.

    \b
    chargerctl central chargers password garage-1 --generate-password
    chargerctl central chargers password garage-1 --password-stdin < password.txt
    """
    text, generated = _password(output, ways)
    if (text is None) is not remove:
        raise click.UsageError(
            "give one of --generate-password, --password-prompt, --password-stdin and --remove"
        )
    with books_of(settings) as store:
        from chargerctl.central.books.owner import set_password

        the_charger(store, serial, time.time())
        with store.writing() as connection:
            set_password(connection, serial, _bytes(text))
    return _answer(
        settings, serial, "changed the password of" if text else "removed the password of", text, generated
    )


def _password(output: Output, ways: dict[str, bool]) -> tuple[str | None, bool]:
    """The password, None for none; and whether it was made here."""
    wanted = [way for way in _WAYS if ways[way]]
    if len(wanted) > 1:
        raise click.UsageError("give one of --generate-password, --password-prompt and --password-stdin")
    if not wanted:
        return None, False
    if wanted == ["generate_password"]:
        return secrets.token_hex(_BYTES), True
    if wanted == ["password_stdin"]:
        return _checked(sys.stdin.readline().rstrip("\r\n")), False
    if output.as_json or not sys.stdin.isatty():
        raise InputError("there is no terminal to ask on: use --password-stdin or --generate-password")
    typed = click.prompt("Password", hide_input=True, confirmation_prompt="Again", err=True)
    return _checked(typed), False


def _checked(text: str) -> str:
    """InputError without the password in it."""
    if not _SHORTEST <= len(text) <= _LONGEST:
        raise InputError(f"a password has {_SHORTEST} to {_LONGEST} characters, not {len(text)}")
    if not text.isascii() or not text.isprintable():
        raise InputError("a password has printable ASCII characters only: chargers disagree about all others")
    return text


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _answer(settings: CentralSettings, serial: str, done: str, text: str | None, generated: bool) -> Answer:
    value: dict[str, object] = {"serial": serial, "done": done}
    lines = [f"{done} {serial}"]
    if generated:
        value["password"] = text
        lines.append(f"password: {text}  (it is not shown again)")
    return Answer(value, lines, [] if text is None else broker_notes(settings))
