# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Tells the chargers that nobody answers, in place of a central system that was killed."""

from __future__ import annotations

from chargerctl.central.books.store import open_books
from chargerctl.central.desk.link import Link
from chargerctl.central.mqtt.approach import broker_at, topics_of
from chargerctl.central.mqtt.side import MqttSide
from chargerctl.central.settings import CentralSettings
from chargerctl.events.event import Event
from chargerctl.loop_thread import LoopThread
from chargerctl.settings.kinds import HostPort


def tell_offline(settings: CentralSettings, where: HostPort) -> int:
    """How many: every charger in the books. BooksError where there are none, BrokerError where the broker refuses."""
    books = open_books(settings.database, create=False)
    try:
        serials = books.known()
    finally:
        books.close()
    thread = LoopThread()
    try:
        side = MqttSide(thread, broker_at(settings, where), topics_of(settings), _Nobody(), _silent)
        side.open()
        side.announce(serials, False)
        side.close()
    finally:
        thread.close()
    return len(serials)


class _Nobody:
    """A desk that does not mind what chargers send."""

    def connected(self, serial: str, link: Link) -> None:
        pass

    def disconnected(self, serial: str, link: Link) -> None:
        pass

    def received(self, serial: str, link: Link, frame: str | bytes) -> None:
        pass


def _silent(event: Event) -> None:
    pass
