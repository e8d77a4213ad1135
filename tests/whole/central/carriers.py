# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How the charge points of the tests reach a central system. Both connect again by themselves, whatever was killed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from chargerctl.mqtt.connection import Broker, BrokerError, Connection
from chargerctl.ocppj import SUBPROTOCOL, basic_auth, connection_url
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

# Between two attempts to connect.
_PAUSE_S = 0.5, 1.5

Received = Callable[[str], Awaitable[None]]


class Carrier(Protocol):
    """Of one charge point."""

    connected: bool

    async def run(self, received: Received, changed: Callable[[], object]) -> None:
        """Connect, again and again, until cancelled. changed() after each change of `connected`."""

    async def send(self, frame: str) -> bool:
        """False if it is not connected. True does not mean that it has arrived."""


class OverWebSocket:
    """endpoint: without the identity, as ws://127.0.0.1:9000/ocpp."""

    def __init__(
        self, endpoint: str, identity: str, password: bytes | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.connected = False
        self.refusals = 0
        self._url = connection_url(endpoint, identity)
        self._headers = {} if password is None else {"Authorization": basic_auth(identity, password)}
        self._tls = tls
        self._socket: ClientConnection | None = None

    async def run(self, received: Received, changed: Callable[[], object]) -> None:
        while True:
            try:
                await self._connection(received, changed)
            except (OSError, WebSocketException):
                self.refusals += 1
            finally:
                self._socket, self.connected = None, False
                changed()
            await asyncio.sleep(random.uniform(0.02, 0.2))

    async def _connection(self, received: Received, changed: Callable[[], object]) -> None:
        options = {"ssl": self._tls} if self._tls else {}
        async with connect(
            self._url,
            subprotocols=[SUBPROTOCOL],
            additional_headers=self._headers,
            compression=None,
            proxy=None,
            open_timeout=30,
            close_timeout=1,
            **options,
        ) as self._socket:
            self.connected = True
            changed()
            async for frame in self._socket:
                await received(str(frame))

    async def send(self, frame: str) -> bool:
        if self._socket is None:
            return False
        try:
            await self._socket.send(frame)
        except WebSocketException:
            return False
        return True


class OverMqtt:
    """On the topics of design.md: /charger/SERIAL and /system/SERIAL."""

    def __init__(self, host: str, port: int, serial: str, username: str = "", password: str = "") -> None:
        self.connected = False
        self._address = host, port
        self._serial = serial
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=serial)
        self._client.reconnect_delay_set(1, 1)
        if username:
            self._client.username_pw_set(username, password)

    async def run(self, received: Received, changed: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        subscription = f"/system/{self._serial}"
        tasks: set[asyncio.Future[None]] = set()

        def set_connected(value: bool) -> None:
            self.connected = value
            changed()

        def take(frame: str) -> None:
            task = asyncio.ensure_future(received(frame))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        client = self._client
        # A charger speaks only when its subscription stands: it would miss the answer.
        client.on_connect = lambda *_: client.subscribe(subscription, 1)
        client.on_subscribe = lambda *_: loop.call_soon_threadsafe(set_connected, True)
        client.on_disconnect = lambda *_: loop.call_soon_threadsafe(set_connected, False)
        client.on_message = lambda _, __, message: loop.call_soon_threadsafe(take, message.payload.decode())
        client.connect_async(*self._address)
        client.loop_start()
        try:
            await asyncio.Event().wait()
        finally:
            client.disconnect()
            await asyncio.to_thread(client.loop_stop)
            # Else its sockets are closed by the garbage collector, with a warning.
            client._reset_sockets()

    async def send(self, frame: str) -> bool:
        # paho keeps what is published while it is not connected, and sends it later: a charger does not.
        if not self.connected:
            return False
        self._client.publish(f"/charger/{self._serial}", frame.encode(), qos=1)
        return True


class OverCluster:
    """As the firmware does it: with a last will, frames of QoS 0, and silent while it is told that nobody answers.
    addresses: of the nodes; as behind a load balancer each attempt leads to any of them."""

    def __init__(
        self, addresses: Sequence[tuple[str, int]], serial: str, password: str = "", seed: int = 0
    ) -> None:
        self.connected = False
        self.connections = 0
        self._brokers = [Broker(host, port, serial if password else "", password) for host, port in addresses]
        self._serial = serial
        self._random = random.Random(f"{serial} {seed}")
        self._connection: Connection | None = None
        self._is_told_offline = False
        self._changed: Callable[[], object] = lambda: None
        self._received: Received
        self._tasks: set[asyncio.Future[None]] = set()

    async def run(self, received: Received, changed: Callable[[], object]) -> None:
        self._received, self._changed = received, changed
        presence = f"/charger/{self._serial}/connection"
        topics = [f"/system/{self._serial}", f"/system/{self._serial}/connection"]
        try:
            while True:
                connection = Connection(
                    self._random.choice(self._brokers),
                    topics,
                    self._take,
                    (presence, b"offline"),
                    self._serial,
                )
                # The broker keeps what it is told: it comes with the subscription.
                self._is_told_offline = False
                with contextlib.suppress(BrokerError):
                    await connection.connect()
                    self._connection = connection
                    self.connections += 1
                    connection.publish(presence, b"online", retained=True)
                    self._change()
                    await asyncio.wait([connection.lost])
                self._connection = None
                self._change()
                await asyncio.sleep(self._random.uniform(*_PAUSE_S))
        finally:
            if self._connection is not None:
                self._connection.close()

    async def send(self, frame: str) -> bool:
        if self._connection is None or not self.connected:
            return False
        self._connection.publish(f"/charger/{self._serial}", frame)
        return True

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        if topic.endswith("/connection"):
            self._is_told_offline = payload == b"offline"
            self._change()
        elif not retained:
            task = asyncio.ensure_future(self._received(payload.decode()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _change(self) -> None:
        self.connected = self._connection is not None and not self._is_told_offline
        self._changed()
