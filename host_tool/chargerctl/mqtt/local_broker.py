# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real MQTT broker in this process: amqtt. On a free loopback port for the simulator; for a central system wherever it is
told to, with a gate that asks for passwords."""

from __future__ import annotations

import asyncio
import ssl
from functools import partial
from typing import Any, Protocol

from amqtt.adapters import StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BrokerConfig, ListenerConfig, ListenerType
from amqtt.session import Session

from chargerctl.events.event import Event, Tell
from chargerctl.events.library_log import LibraryLog
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.packets import Packets

HOST = "127.0.0.1"
# For a client's TLS handshake; asyncio would wait a minute.
TLS_S = 10.0

_LISTENER = "default"
_ANONYMOUS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


class Doorkeeper(Protocol):
    """Asked about every client, and every topic."""

    async def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
        """The first packet, for the broker; None to refuse the client."""

    def allows(self, username: str | None, topic: str, action: Action) -> bool: ...


class LocalBroker:
    """Listens from its construction until close(). Without a doorkeeper whoever reaches `port` can do everything.

    `own_port`: for this program, on loopback and without TLS. `tell`: what ends a client's connection, and what amqtt warns
    of; without it amqtt writes to stderr.
    """

    def __init__(
        self,
        thread: LoopThread,
        port: int = 0,
        host: str = HOST,
        doorkeeper: Doorkeeper | None = None,
        tls: ssl.SSLContext | None = None,
        tell: Tell | None = None,
    ) -> None:
        """`port` 0 takes a free one. Raises OSError when the port is taken."""
        self._thread = thread
        self._doorkeeper = doorkeeper
        self._tell: Tell = tell or (lambda event: None)
        self._servers: list[asyncio.Server] = []
        self.port, self.own_port = thread.run(self._start(host, port, tls))
        self._log = LibraryLog(tell, "amqtt", "mqtt", "MQTT broker") if tell else None

    def close(self) -> None:
        """Disconnect all clients and stop."""
        self._thread.run(self._stop())
        if self._log is not None:
            self._log.close()

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
        server = await asyncio.start_server(
            self._connected, host, port, ssl=tls, ssl_handshake_timeout=TLS_S if tls else None
        )
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
                Packets(reader, first, partial(self._refused, writer)), StreamWriterAdapter(writer), _LISTENER
            )
        except OSError:
            writer.close()  # the client was gone before amqtt had refused it

    def _refused(self, writer: asyncio.StreamWriter, why: str) -> None:
        address = writer.get_extra_info("peername")[0]
        self._tell(
            Event(
                "refused",
                f"the connection of an MQTT client at {address} ends: {why}",
                details={"address": address},
            )
        )

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        await self._broker.shutdown()


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

    async def add_subscription(self, subscription: tuple[str, int], session: Session) -> int:
        """With QoS 0: amqtt would wait for the answer to each message, without a limit to how many, and a connection
        that is not lost loses nothing."""
        granted: int = await super().add_subscription((subscription[0], 0), session)
        return granted

    async def _broadcast_message(
        self, session: Session | None, topic: str | None, data: Any, force_qos: int | None = None
    ) -> None:
        """Last wills have a QoS of their own."""
        await super()._broadcast_message(session, topic, data)
