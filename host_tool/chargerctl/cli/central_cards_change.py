# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central cards block`, `unblock` and `remove`."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import CardUid, books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command
from chargerctl.errors import InputError
from chargerctl.likeness import did_you_mean, nearest

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from chargerctl.central.books.owner import Card

_uids = click.argument("uids", type=CardUid(), nargs=-1, required=True)


@click.command(cls=Command)
@_uids
@central_options()
def block(settings: CentralSettings, uids: tuple[str, ...]) -> Answer:
    """Block cards: chargers are told Blocked, and start no session with them. One that runs goes on.

    \b
    chargerctl central cards block 04A1B2C3
    """
    return _set_blocked(settings, uids, True)


@click.command(cls=Command)
@_uids
@central_options()
def unblock(settings: CentralSettings, uids: tuple[str, ...]) -> Answer:
    """Unblock cards.

    \b
    chargerctl central cards unblock 04A1B2C3
    """
    return _set_blocked(settings, uids, False)


@click.command(cls=Command)
@_uids
@central_options()
def remove(settings: CentralSettings, uids: tuple[str, ...]) -> Answer:
    """Take cards out of the books: they are unknown from now on. Their sessions stay.

    \b
    chargerctl central cards remove 04A1B2C3
    """
    with books_of(settings) as store:
        from chargerctl.central.books.owner import remove_card

        with store.writing() as connection:
            _found(connection, uids)
            for uid in uids:
                remove_card(connection, uid)
    return Answer({"removed": list(uids)}, [f"removed {uid}" for uid in uids])


def _set_blocked(settings: CentralSettings, uids: tuple[str, ...], blocked: bool) -> Answer:
    """All of them, or none."""
    with books_of(settings) as store:
        from chargerctl.central.books.owner import put_cards

        with store.writing() as connection:
            found = _found(connection, uids)
            put_cards(connection, [replace(card, blocked=blocked) for card in found], time.time())
    done = "blocked" if blocked else "unblocked"
    return Answer({done: list(uids)}, [f"{done} {uid}" for uid in uids])


def _found(connection: Connection, uids: tuple[str, ...]) -> list[Card]:
    """Each once. InputError where one is not in the books."""
    from chargerctl.central.books.queries.cards import all_cards

    there = {card.id_tag: card for card in all_cards(connection)}
    for uid in uids:
        if uid not in there:
            hint = did_you_mean(nearest(uid, there), "chargerctl central cards lists them")
            raise InputError(f"there is no card {uid!r} in the books: {hint}", card=uid)
    return [there[uid] for uid in dict.fromkeys(uids)]
