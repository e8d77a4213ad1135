# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers in memory: a broker for each, and our own central system behind all, on one clock."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.fleet.network.memory import MemoryNetwork
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.world.booked import Booked
from chargerctl.fleet.world.scripted import Scripted
from chargerctl.mqtt.topics import Topics
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.broker import MemoryBroker


class Central(Protocol):
    def join(self, serial: str, broker: MemoryBroker, network: MemoryNetwork) -> None:
        """Listen to this charger from now on."""

    def conversation(self, serial: str) -> Conversation | None:
        """What a script can direct; None where there is none."""

    def close(self) -> None: ...


class MemoryWorld:
    """scripted: scripts direct the central system, so it is a simulated one; else it is that of `chargerctl central`."""

    def __init__(self, plan: Plan, clock: Clock, scripted: bool) -> None:
        self._plan = plan
        self._clock = clock
        settings = plan.settings
        self._account = settings.get("CHARGER_MQTT_USERNAME", ""), settings.get("CHARGER_MQTT_PASSWORD", "")
        usual = Topics()
        topics = Topics(
            settings.get("CHARGER_MQTT_PUBLISH_TOPIC", usual.from_charger),
            settings.get("CHARGER_MQTT_SUBSCRIBE_TOPIC", usual.to_charger),
        )
        make = Scripted if scripted else partial(Booked, id_prefix=plan.id_prefix, database=plan.books)
        self._central: Central = make(topics, clock, self.unix)

    def unix(self) -> float:
        return self._plan.start_unix + self._clock.now_us / 1e6

    def now_utc(self) -> int:
        return int(self.unix())

    def settings(self, number: int) -> dict[str, str]:
        """What of its settings is this charger's own."""
        return {}

    def network(self, number: int, events: Events) -> MemoryNetwork:
        """Of the charger with this number, once. events: get what crosses it."""
        broker = MemoryBroker(self._clock, *self._account)
        jitter = self._plan.randrange(number, "network")
        network = MemoryNetwork(self._clock, events, broker, jitter, self._plan.start_unix)
        self._central.join(self._plan.serial(number), broker, network)
        return network

    def conversation(self, number: int) -> Conversation | None:
        return self._central.conversation(self._plan.serial(number))

    def close(self) -> None:
        self._central.close()
