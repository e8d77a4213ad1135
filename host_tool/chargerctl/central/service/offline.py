# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Tells the chargers that nobody answers, in place of a central system that was killed."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.store import open_books
from chargerctl.central.desk.link import Link
from chargerctl.central.mqtt.approach import broker_at, topics_of
from chargerctl.central.mqtt.side import MqttSide
from chargerctl.central.settings import CentralSettings
from chargerctl.events.event import Event
from chargerctl.loop_thread import LoopThread
from chargerctl.settings.kinds import HostPorts

# Retained messages come one after the other: when none has come for so long, there are no more; and how long at most.
_QUIET_S = 2.0
_LISTEN_S = 10.0


@dataclass(frozen=True)
class Told:
    """How many were told; why only those that are connected; or who answers them, so that nobody was told."""

    chargers: int = 0
    books_error: str = ""
    answering: str = ""


def tell_offline(settings: CentralSettings, where: HostPorts) -> Told:
    """Every charger in the books, and every one that is connected to the broker. Nobody where a central system runs on these
    books. BrokerError where the broker refuses; InputError."""
    serials: set[str] = set()
    books_error = ""
    try:
        books = open_books(settings.database, create=False)
        try:
            if answering := books.others(time.time()):
                return Told(answering=answering[0])
            serials.update(books.known())
        finally:
            books.close()
    except BooksError as error:
        # Their disk may be what ended the central system.
        books_error = error.message
    thread = LoopThread()
    try:
        connected = _Listener()
        side = MqttSide(thread, broker_at(settings, where), topics_of(settings), connected, _silent)
        side.open()
        side.announce(sorted(serials), False)
        others = connected.all() - serials
        side.announce(sorted(others), False)
        side.close()
    finally:
        thread.close()
    return Told(len(serials | others), books_error)


class _Listener:
    """A desk that only notes who is connected: accepted chargers, too, which the books do not know as the owner's."""

    def __init__(self) -> None:
        self._serials: set[str] = set()
        self._changed = threading.Condition()

    def all(self) -> set[str]:
        """When no more come."""
        end = time.monotonic() + _LISTEN_S
        with self._changed:
            while self._changed.wait(_QUIET_S) and time.monotonic() < end:
                pass
            return set(self._serials)

    def connected(self, serial: str, link: Link) -> None:
        with self._changed:
            self._serials.add(serial)
            self._changed.notify()

    def disconnected(self, serial: str, link: Link) -> None:
        pass

    def received(self, serial: str, link: Link, frame: str | bytes) -> None:
        pass


def _silent(event: Event) -> None:
    pass
