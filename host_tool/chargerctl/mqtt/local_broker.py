# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real MQTT broker in this process: amqtt. On a free loopback port for the simulator; for a central system wherever it is
told to, with a gate that asks for passwords."""

from __future__ import annotations

import asyncio
import ssl
from typing import Protocol

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.session import Session

from chargerctl.loop_thread import LoopThread

HOST = "127.0.0.1"

_LISTENER = "default"
_ANONYMOUS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
# amqtt would take 256 MB.
_MOST_BYTES = 1 << 20


class Doorkeeper(Protocol):
    """Asked about every client, and every topic."""

    async def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
        """The first packet, for the broker; None to refuse the client."""

    def allows(self, username: str | None, topic: str, action: Action) -> bool: ...


class LocalBroker:
    """Listens from its construction until close(). Without a doorkeeper whoever reaches `port` can do everything.

    `own_port`: for this program, on loopback and without TLS.
    """

    def __init__(
        self,
        thread: LoopThread,
        port: int = 0,
        host: str = HOST,
        doorkeeper: Doorkeeper | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`port` 0 takes a free one. Raises OSError when the port is taken."""
        self._thread = thread
        self._doorkeeper = doorkeeper
        self._servers: list[asyncio.Server] = []
        self.port, self.own_port = thread.run(self._start(host, port, tls))

    def close(self) -> None:
        """Disconnect all clients and stop."""
        self._thread.run(self._stop())

    async def _start(self, host: str, port: int, tls: ssl.SSLContext | None) -> tuple[int, int]:
        # We open the listener ourselves, because amqtt does not report which port it got for port 0.
        listeners = {_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL, bind=f"{HOST}:{port}")}
        config = BrokerConfig(listeners=listeners, plugins=_ANONYMOUS)
        self._broker = _Broker(config, self._doorkeeper)
        taken = await self._listen(host, port, tls)
        own = taken
        try:
            if tls is not None or host != HOST:
                own = await self._listen(HOST, 0, None)
        except OSError:
            self._servers[0].close()
            raise
        await self._broker.start()
        return taken, own

    async def _listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(self._connected, host, port, ssl=tls)
        self._servers.append(server)
        taken: int = server.sockets[0].getsockname()[1]
        return taken

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first: bytes | None = b""
            if self._doorkeeper is not None:
                first = await self._doorkeeper.admit(reader, writer)
            if first is None:
                writer.close()
                return
            await self._broker.external_connected(
                _Reader(reader, first), StreamWriterAdapter(writer), _LISTENER
            )
        except OSError:
            writer.close()  # the client was gone before amqtt had refused it

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        await self._broker.shutdown()


class _Reader(StreamReaderAdapter):
    """Begins with what was read already, and bounds what is read at once."""

    def __init__(self, reader: asyncio.StreamReader, first: bytes) -> None:
        super().__init__(reader)
        self._first = first

    async def read(self, n: int = -1) -> bytes:
        if n > _MOST_BYTES:
            raise ConnectionResetError  # amqtt ends the connection
        if self._first:
            taken, self._first = self._first[:n], self._first[n:]
            return taken
        data: bytes = await super().read(n)
        return data


class _Broker(Broker):
    """amqtt's private methods are touched here only."""

    def __init__(self, config: BrokerConfig, doorkeeper: Doorkeeper | None) -> None:
        super().__init__(config)
        self._doorkeeper = doorkeeper

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        if self._doorkeeper is not None:
            return self._doorkeeper.allows(session.username, topic, action)
        allowed: bool = await super()._topic_filtering(session, topic, action)
        return allowed

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        """amqtt sends every new client what is retained for the filters of all others, too."""
        subscribers = self._subscriptions.get(subscription[0], [])
        if any(each.client_id == session.client_id for each, _ in subscribers):
            await super()._publish_retained_messages_for_subscription(subscription, session)
