# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real MQTT broker in this process, on a free port of the loopback interface: amqtt."""

from __future__ import annotations

import asyncio

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType

from chargerctl.central.loop_thread import LoopThread

HOST = "127.0.0.1"

_LISTENER = "default"
_ANONYMOUS = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


class LocalBroker:
    """Listens from its construction until close(). Any program on this machine can connect to `port`."""

    def __init__(self, thread: LoopThread, port: int = 0) -> None:
        """`port` 0 takes a free one. Raises OSError when the port is taken."""
        self._thread = thread
        self.port = thread.run(self._start(port))

    def close(self) -> None:
        """Disconnect all clients and stop."""
        self._thread.run(self._stop())

    async def _start(self, port: int) -> int:
        # We open the listener ourselves, because amqtt does not report which port it got for port 0.
        listeners = {_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL, bind=f"{HOST}:{port}")}
        self._broker = Broker(BrokerConfig(listeners=listeners, plugins=_ANONYMOUS))
        await self._broker.start()
        self._server = await asyncio.start_server(self._connected, HOST, port)
        port_taken: int = self._server.sockets[0].getsockname()[1]
        return port_taken

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._broker.external_connected(
                StreamReaderAdapter(reader), StreamWriterAdapter(writer), _LISTENER
            )
        except OSError:
            writer.close()  # the client was gone before amqtt had refused it

    async def _stop(self) -> None:
        self._server.close()
        await self._broker.shutdown()
