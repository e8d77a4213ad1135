# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A simulated central system for each charger, as `chargerctl simulate` has one: scripts can direct it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.fleet.network.memory import MemoryNetwork
from chargerctl.mqtt.topics import Topics
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.network.broker import MemoryBroker
from chargerctl.simulator.network.endpoint import Endpoint


class Scripted:
    """It accepts everything; its transactions are those of one charger."""

    def __init__(self, topics: Topics, clock: Clock, unix: Callable[[], float]) -> None:
        self._topics = topics
        self._clock = clock
        self._unix = unix
        self._conversations: dict[str, Conversation] = {}

    def join(self, serial: str, broker: MemoryBroker, network: MemoryNetwork) -> None:
        conversation = self._conversations[serial] = Conversation()
        topic = self._topics.from_charger.replace("{serial}", serial)
        to_charger = self._topics.frames_to(serial)
        endpoint = Endpoint(conversation, topic, to_charger, broker.publish, self._clock.call_in, self._unix)
        broker.listen(topic, endpoint.received)
        ip = network.ip
        ip.to_charger = endpoint.to_charger
        ip.retain = lambda payload: endpoint.retain(payload, broker.keep)
        ip.say = lambda state: endpoint.say(state, partial(broker.publish, retain=True))

    def conversation(self, serial: str) -> Conversation:
        return self._conversations[serial]

    def close(self) -> None:
        pass
