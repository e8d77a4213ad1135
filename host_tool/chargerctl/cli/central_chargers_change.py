# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central chargers allow`, `refuse` and `remove`."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import Serial, books_of, the_charger
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command

if TYPE_CHECKING:
    from sqlalchemy import Connection

_serials = click.argument("serials", type=Serial(), nargs=-1, required=True)


@click.command(cls=Command)
@_serials
@central_options()
def allow(settings: CentralSettings, serials: tuple[str, ...]) -> Answer:
    """Let chargers take part: those that were refused, and those that ask.

    \b
    chargerctl central chargers allow garage-1 garage-2
    """
    return _change(
        settings, serials, "allowed", lambda owner: partial(owner.change_charger, known=True, allowed=True)
    )


@click.command(cls=Command)
@_serials
@central_options()
def refuse(settings: CentralSettings, serials: tuple[str, ...]) -> Answer:
    """Stop accepting chargers. Their sessions and passwords stay in the books.

    The next BootNotification of such a charger is Rejected, and its next WebSocket is refused.

    \b
    chargerctl central chargers refuse garage-1
    """
    return _change(
        settings, serials, "refused", lambda owner: partial(owner.change_charger, known=True, allowed=False)
    )


@click.command(cls=Command)
@_serials
@central_options()
def remove(settings: CentralSettings, serials: tuple[str, ...]) -> Answer:
    """Take chargers out of the books: they are unknown from now on, and have no password. Their sessions stay.

    \b
    chargerctl central chargers remove garage-1
    """
    return _change(settings, serials, "removed", lambda owner: owner.remove_charger)


def _change(
    settings: CentralSettings,
    serials: tuple[str, ...],
    done: str,
    change: Callable[[Any], Callable[[Connection, str], object]],
) -> Answer:
    """All of them, or none: InputError where one is not in the books. change: what of the module books.owner does it."""
    with books_of(settings) as store:
        from chargerctl.central.books import owner

        for serial in serials:
            the_charger(store, serial, time.time())
        with store.writing() as connection:
            for serial in serials:
                change(owner)(connection, serial)
    notes = []
    if settings.broker:
        notes.append("the broker does not know it yet: chargerctl central broker mosquitto writes its files")
    return Answer({done: list(serials)}, [f"{done} {serial}" for serial in serials], notes)
