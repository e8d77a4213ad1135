# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A client of a real MQTT broker for the central system: amqtt's, on a LoopThread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import quote

from amqtt.client import MQTTClient
from amqtt.contexts import ClientConfig
from amqtt.errors import ClientError, ConnectError
from amqtt.mqtt.constants import QOS_1

from chargerctl.central.loop_thread import LoopThread
from chargerctl.errors import ChargerctlError

Received = Callable[[str, bytes], object]


class Client:
    """Connected from its construction until close(); reconnects by itself.

    `received(topic, payload)` is called on the LoopThread, for each message on `topics`: hand it on from there.
    """

    def __init__(
        self,
        thread: LoopThread,
        host: str,
        port: int,
        topics: Sequence[str],
        received: Received,
        username: str = "",
        password: str = "",
    ) -> None:
        """Raises ChargerctlError when there is no broker at `host` or it refuses."""
        self._thread = thread
        self._received = received
        self._client = MQTTClient(config=ClientConfig(reconnect_retries=-1, plugins={}))
        login = f"{quote(username, '')}:{quote(password, '')}@" if username else ""
        try:
            thread.run(self._connect(f"mqtt://{login}{host}:{port}/", topics))
        except (ConnectError, ClientError, OSError, TimeoutError) as error:
            raise ChargerctlError(f"no MQTT broker takes connections at {host}:{port}: {error}") from error

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1, soon; from any thread. Messages keep their order."""
        self._thread.loop.call_soon_threadsafe(self._outbox.put_nowait, (topic, payload))

    def close(self) -> None:
        """Disconnect."""
        self._thread.run(self._disconnect())

    async def _connect(self, uri: str, topics: Sequence[str]) -> None:
        await self._client.connect(uri)
        await self._client.subscribe([(topic, QOS_1) for topic in topics])
        self._outbox: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._send())]

    async def _receive(self) -> None:
        while True:
            message = await self._client.deliver_message()
            if message is not None:
                self._received(message.topic, bytes(message.data))

    async def _send(self) -> None:
        while True:
            topic, payload = await self._outbox.get()
            try:
                await self._client.publish(topic, payload, QOS_1)
            except ClientError:
                continue  # lost with the connection, as any message that nobody acknowledged

    async def _disconnect(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.disconnect()
