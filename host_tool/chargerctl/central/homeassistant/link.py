# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A connection to the broker that comes back whenever it is lost. On the loop, all of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from chargerctl.events.event import Event, Tell
from chargerctl.mqtt.connection import Broker, BrokerError, Connection, Received
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
        self._broker = broker
        self._topics = topics
        self._will = will
        self._received = received
        self._connected = connected
        self._tell = tell
        self._pauses = Pauses(random.random, pause_s)
        self._connection: Connection | None = None

    async def run(self) -> None:
        """Until it is cancelled. A broker that is not there is told of, and tried again: no charger waits for it."""
        loop = asyncio.get_running_loop()
        before = ""
        while True:
            connection = Connection(self._broker, self._topics, self._received, self._will)
            try:
                await connection.connect()
            except BrokerError as error:
                if error.message != before:
                    before = error.message
                    self._say(before)
                await asyncio.sleep(self._pauses.next())
                continue
            before = ""
            began = loop.time()
            self._connection = connection
            self._say(f"connected to the broker at {self._broker.place}")
            self._connected()
            await asyncio.wait([connection.lost])
            self._connection = None
            self._say(f"the broker at {self._broker.place} is gone: {connection.lost.result()}")
            self._pauses.lasted(loop.time() - began)
            await asyncio.sleep(self._pauses.next())

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
