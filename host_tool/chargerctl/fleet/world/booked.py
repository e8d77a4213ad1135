# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The central system of `chargerctl central` behind brokers in memory, and its books."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from chargerctl.central.books.owner import Card, put_cards
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.fleet.central.central import Central
from chargerctl.fleet.customers.customer import WRONG_CARDS
from chargerctl.fleet.network.memory import MemoryNetwork
from chargerctl.mqtt.topics import STATE, Topics
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.network.broker import MemoryBroker

_ONLINE, _OFFLINE = b"online", b"offline"


class Booked:
    """It takes every charger, and every card but the wrong ones."""

    def __init__(
        self,
        topics: Topics,
        clock: Clock,
        unix: Callable[[], float],
        id_prefix: Callable[[str], str],
        database: str = "",
    ) -> None:
        """database: of its books, path or URL; "": a file that goes in the end."""
        self._topics = topics
        self._brokers: dict[str, MemoryBroker] = {}
        self._opened = ExitStack()
        if not database:
            folder = self._opened.enter_context(tempfile.TemporaryDirectory(prefix="chargerctl-fleet-"))
            database = str(Path(folder) / "books.sqlite")
        # Nobody needs them after a power failure, and each commit would wait for the disk.
        books = open_books(database, Policies(Policy.ACCEPT, Policy.ACCEPT), durable=False)
        self._opened.callback(books.close)
        with books.writing() as connection:
            put_cards(connection, [Card(each, blocked=True) for each in WRONG_CARDS], unix())
        self._central = Central(
            clock, unix, books, self._send, self._announce, lambda event: None, id_prefix=id_prefix
        )
        self._opened.callback(self._central.close)

    def join(self, serial: str, broker: MemoryBroker, network: MemoryNetwork) -> None:
        self._brokers[serial] = broker
        topic = self._topics.from_charger.replace("{serial}", serial)
        broker.listen(topic, lambda topic, frame: self._central.received(serial, frame))
        broker.listen(topic + STATE, partial(self._state, serial))

    def conversation(self, serial: str) -> None:
        """No script directs it."""

    def close(self) -> None:
        self._opened.close()

    def _state(self, serial: str, topic: str, payload: bytes) -> None:
        if payload == _OFFLINE:
            self._central.went(serial)
        elif payload == _ONLINE:
            self._central.came(serial)

    def _send(self, serial: str, frame: str) -> None:
        self._brokers[serial].publish(self._topics.frames_to(serial), frame.encode())

    def _announce(self, serial: str, online: bool) -> None:
        state = _ONLINE if online else _OFFLINE
        self._brokers[serial].publish(self._topics.state_to(serial), state, retain=True)
