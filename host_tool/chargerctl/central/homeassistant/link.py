# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A connection to the broker that comes back whenever it is lost. On the loop, all of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from chargerctl.events.event import Event, Tell
from chargerctl.mqtt.connection import Broker, BrokerError, Connection, Received
from chargerctl.mqtt.nodes import Nodes
from chargerctl.mqtt.pauses import Pauses

_FLUSH_S = 5.0


class Link:
    """connected() is called after each connection; will: what the broker retains on a topic once this is gone."""

    def __init__(
        self,
        broker: Broker,
        topics: Sequence[str],
        will: tuple[str, bytes],
        received: Received,
        connected: Callable[[], object],
        tell: Tell,
        pause_s: float = 1.0,
    ) -> None:
        self._nodes = Nodes(broker, Pauses(random.random, pause_s))
        self._topics = topics
        self._will = will
        self._received = received
        self._connected = connected
        self._tell = tell
        self._connection: Connection | None = None
        # Refusals since the last connection.
        self._refusals: set[str] = set()

    async def run(self) -> None:
        """Until it is cancelled. A broker that is not there is told of, and tried again: no charger waits for it."""
        loop = asyncio.get_running_loop()
        try:
            await self._nodes.first(self._connect)
        except BrokerError as error:
            self._refused(error)
            await self._nodes.again(self._connect, self._refused)
        while self._connection is not None:
            began = loop.time()
            place = self._nodes.broker.place
            self._refusals.clear()
            self._say(f"connected to the broker at {place}")
            self._connected()
            await asyncio.wait([self._connection.lost])
            why = self._connection.lost.result()
            self._connection = None
            self._say(f"the broker at {place} is gone: {why}")
            self._nodes.lasted(loop.time() - began)
            await self._nodes.again(self._connect, self._refused)

    async def _connect(self, broker: Broker) -> None:
        connection = Connection(broker, self._topics, self._received, self._will)
        await connection.connect()
        self._connection = connection

    def _refused(self, error: BrokerError) -> None:
        if error.message not in self._refusals:
            self._refusals.add(error.message)
            self._say(error.message)

    def publish(self, topic: str, payload: str | bytes) -> None:
        """Retained. Nothing while there is no connection."""
        if self._connection is not None:
            self._connection.publish(topic, payload, retained=True)

    async def room(self) -> None:
        """Until the network has taken what was published, if that is much."""
        if self._connection is not None:
            await self._connection.room()

    async def close(self) -> None:
        """After run() was cancelled, and after what was published last is with the broker, if it takes it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.flushed(_FLUSH_S)
            connection.close()

    def _say(self, text: str) -> None:
        self._tell(Event("homeassistant", f"Home Assistant: {text}"))
