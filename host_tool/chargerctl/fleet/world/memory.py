# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers in memory: a broker for each, and our own central system behind all, on one clock."""

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
from chargerctl.fleet.plan import Plan
from chargerctl.mqtt.topics import STATE, Topics
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.broker import MemoryBroker


class MemoryWorld:
    """The central system takes every charger and every card but the wrong ones. Its books go with close()."""

    def __init__(self, plan: Plan, clock: Clock) -> None:
        self._plan = plan
        self._clock = clock
        self._brokers: dict[str, MemoryBroker] = {}
        settings = plan.settings
        self._account = settings.get("CHARGER_MQTT_USERNAME", ""), settings.get("CHARGER_MQTT_PASSWORD", "")
        defaults = Topics()
        self._topics = Topics(
            settings.get("CHARGER_MQTT_PUBLISH_TOPIC", defaults.from_charger),
            settings.get("CHARGER_MQTT_SUBSCRIBE_TOPIC", defaults.to_charger),
        )
        self._opened = ExitStack()
        folder = self._opened.enter_context(tempfile.TemporaryDirectory(prefix="chargerctl-fleet-"))
        books = open_books(str(Path(folder) / "books.sqlite"), Policies(Policy.ACCEPT, Policy.ACCEPT))
        self._opened.callback(books.close)
        with books.writing() as connection:
            put_cards(connection, [Card(each, blocked=True) for each in WRONG_CARDS], self.unix())
        self.central = Central(
            clock, self.unix, books, self._send, self._announce, lambda event: None, id_prefix=plan.id_prefix
        )
        self._opened.callback(self.central.close)

    def unix(self) -> float:
        return self._plan.start_unix + self._clock.now_us / 1e6

    def now_utc(self) -> int:
        return int(self.unix())

    def network(self, number: int) -> MemoryNetwork:
        """Of the charger with this number."""
        serial = self._plan.serial(number)
        broker = self._brokers[serial] = MemoryBroker(self._clock, *self._account)
        topic = self._topics.from_charger.replace("{serial}", serial)
        broker.listen(topic, lambda topic, frame: self.central.received(serial, frame))
        broker.listen(topic + STATE, partial(self._state, serial))
        jitter: Callable[[int], int] = self._plan.randrange(number, "network")
        return MemoryNetwork(self._clock, Events(self._clock), broker, jitter, self._plan.start_unix)

    def _state(self, serial: str, topic: str, payload: bytes) -> None:
        if payload == b"offline":
            self.central.went(serial)
        elif payload == b"online":
            self.central.came(serial)

    def _send(self, serial: str, frame: str) -> None:
        self._brokers[serial].publish(self._topics.frames_to(serial), frame.encode())

    def _announce(self, serial: str, online: bool) -> None:
        state = b"online" if online else b"offline"
        self._brokers[serial].publish(self._topics.state_to(serial), state, retain=True)

    def close(self) -> None:
        self._opened.close()
