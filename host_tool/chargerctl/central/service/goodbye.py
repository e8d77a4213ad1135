# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The end of the service: the chargers are told, and the books."""

from __future__ import annotations

import time

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.desk.desk import Desk
from chargerctl.central.mqtt.side import MqttSide
from chargerctl.central.service.sharing import Sharing
from chargerctl.events.event import Event, Tell


def say_goodbye(
    desk: Desk, side: MqttSide | None, store: DatabaseStore, tell: Tell, shared: Sharing | None
) -> None:
    """Also to those that are not connected now: they find it when they come. Whatever becomes of the desk. To nobody where
    another process goes on."""
    if shared is not None:
        shared.retire()
    try:
        desk.close(last=shared is None)
    finally:
        goes_on = shared is not None and shared.leave()
        if side is not None and not goes_on:
            _announce_the_end(side, store, tell)


def _announce_the_end(side: MqttSide, store: DatabaseStore, tell: Tell) -> None:
    try:
        side.announce({*side.announced, *store.known()}, False)
    except BooksError as error:
        side.announce(side.announced, False)
        tell(Event("books", f"only chargers that have been here are told that nobody answers: {error}"))


def leave(store: DatabaseStore, tell: Tell) -> None:
    """This process speaks to no charger any more."""
    try:
        store.leave(time.time())
    except BooksError as error:
        tell(Event("books", f"the end of this process is not in the books: {error}"))
