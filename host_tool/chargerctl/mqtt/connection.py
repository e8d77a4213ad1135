# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One connection to an MQTT broker on an asyncio loop: from connect() until it is lost. paho-mqtt has the protocol.

The next connection is another object, so that nothing that was to be sent on the last one comes late: a frame of a
WebSocket that is closed by then must not reach the charger. There is no thread either: a frame goes on in the turn of the
loop that has read it. The simulator, whose scripts want the opposite of both, has simulator/network/mqtt_client.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chargerctl.doctor.refusals import after_refusal
from chargerctl.errors import ChargerctlError
from chargerctl.mqtt.refusal import BROKER, Options, unreached

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessageInfo

    from chargerctl.mqtt.gathering import GatheringSocket

# For each answer that is waited for: TCP, TLS, CONNACK and SUBACK.
ANSWER_S = 10.0
ACCOUNT = "correct --broker-user and the password (--broker-password-file), or the broker's accounts"
KEEP_ALIVE_S = 30
_CLOSED = "it closed the connection"
# A connection that it closes sooner may have been taken by somebody else.
_SHORT_S = 60.0
# Of messages that wait for the network: more are not taken from the WebSockets.
_ROOM = 256

Received = Callable[[str, bytes, bool], object]


class BrokerError(ChargerctlError):
    """There is no connection to the broker: why, and what to do."""


@dataclass(frozen=True)
class Broker:
    """Where it is, and what to connect with. context: of TLS, None for a connection without. options, account: where its
    address and its account are set, for the words of a remedy. keep_alive_s: it is lost when it is silent for twice as long.
    others: where the other nodes of its cluster are."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None
    options: Options = BROKER
    account: str = ACCOUNT
    keep_alive_s: int = KEEP_ALIVE_S
    others: tuple[tuple[str, int], ...] = ()

    @property
    def place(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Connection:
    """`received(topic, payload, retained)` is called on the loop for each message on `topics`."""

    def __init__(
        self,
        broker: Broker,
        topics: Sequence[str],
        received: Received,
        will: tuple[str, bytes] | None = None,
        client_id: str = "",
    ) -> None:
        """will: a topic and what is retained on it once the connection is lost, though not by close(). client_id: at the
        broker, which connects each once; "": one that nobody else has. ImportError without paho-mqtt."""
        from paho.mqtt.client import MQTTv311
        from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
        from paho.mqtt.exception import MQTTException

        from chargerctl.mqtt.gathering import GatheringClient

        self._broker = broker
        self._topics = topics
        self._received = received
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._room = asyncio.Event()
        self._room.set()
        self._waiting = 0
        # What is published with QoS 1 and may not be with the broker yet, the oldest first; when the last one before it was
        # acknowledged.
        self._unconfirmed: deque[MQTTMessageInfo] = deque()
        self._confirmed_at = 0.0
        self._began = self._loop.time()
        self._arrived: deque[tuple[str, bytes, bool]] = deque()
        self._keeping: asyncio.Task[None] | None = None
        # Set when the connection is lost, with the reason in words.
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self._no_error = MQTTErrorCode.MQTT_ERR_SUCCESS
        # What paho-mqtt raises at bytes that are no MQTT.
        self._malformed = MQTTException, AssertionError, LookupError, TypeError, ValueError, struct.error
        client = self._client = GatheringClient(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or f"chargerctl-{secrets.token_hex(4)}",
            protocol=MQTTv311,
            reconnect_on_failure=False,
        )
        client.connect_timeout = ANSWER_S
        if broker.username:
            client.username_pw_set(broker.username, broker.password)
        if broker.context:
            client.tls_set_context(broker.context)
        if will:
            client.will_set(*will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message

    async def connect(self) -> None:
        """Until the topics are subscribed to. BrokerError with what is wrong."""
        place = self._broker.place
        try:
            await asyncio.to_thread(self._reach)
        except asyncio.CancelledError:
            # The thread goes on: what it opens from now on it closes itself.
            self.lost.set_result("closed")
            self._fail()
            raise
        except (OSError, ValueError) as error:  # UnicodeError is a ValueError
            self._fail()
            why = unreached(error, self._broker.context is not None, self._broker.options)
            raise BrokerError(f"broker {place}: {why.text}; {why.remedy}") from error
        # Not before: the thread must not touch the loop.
        self._client.on_socket_close = lambda client, data, sock: self._forget(sock)
        self._client.on_socket_register_write = self._on_more_to_write
        sock = self._socket
        if sock is not None:
            self._loop.add_reader(sock, self._read)
            self._write()
        else:
            self._lose(_CLOSED)
        self._keeping = self._loop.create_task(self._keep_alive())
        try:
            # Not wait_for(), which in Python 3.11 forgets that it is cancelled if the answer comes at that moment.
            async with asyncio.timeout(ANSWER_S):
                await self._ready
        except TimeoutError:
            self.close()
            raise BrokerError(
                f"broker {place}: no answer; see whether an MQTT broker listens at that port, with TLS or without as set"
            ) from None
        except BaseException:
            self.close()
            raise

    def publish(self, topic: str, payload: str | bytes, *, retained: bool = False) -> None:
        """A frame with QoS 0, what is retained with QoS 1. Nothing, once the connection is lost."""
        if self.lost.done() or not self._client.is_connected():
            return
        self._waiting += 1
        if self._waiting >= _ROOM:
            self._room.clear()
        message = self._client.publish(topic, payload, qos=1 if retained else 0, retain=retained)
        if retained:
            self._confirmed_at = self._confirmed_at if self._unconfirmed else self._loop.time()
            self._unconfirmed.append(message)
            self._confirm()

    async def room(self) -> None:
        """Until the network has taken what was published, if that is much."""
        await self._room.wait()

    def close(self) -> None:
        """At once. What was published before is sent if the network takes it."""
        if not self.lost.done():
            self.lost.set_result("closed")
        with contextlib.suppress(*self._malformed, OSError):
            self._client.disconnect()
            self._client.loop_write()
        self._fail()

    async def flushed(self, seconds: float = 2.0) -> bool:
        """Until everything that was published is with the broker, or so long; whether it is."""
        end = self._loop.time() + seconds
        while not self._all_sent and not self.lost.done() and self._loop.time() < end:
            await asyncio.sleep(0.01)
        return self._all_sent and not self.lost.done()

    def _reach(self) -> None:
        """Name, TCP, TLS and CONNECT, in a thread of its own: it blocks."""
        address = self._broker.host, self._broker.port
        if self._broker.context is not None:
            # Without a word of MQTT first: where TLS fails, paho-mqtt would leave a socket open.
            with (
                socket.create_connection(address, ANSWER_S) as plain,
                self._broker.context.wrap_socket(plain, server_hostname=self._broker.host),
            ):
                pass
        self._client.connect(*address, self._broker.keep_alive_s)
        sock = self._client.socket()
        if sock is not None and self.lost.done():
            sock.close()

    # paho-mqtt's calls, all on the loop; and its turns.

    @property
    def _socket(self) -> GatheringSocket | None:
        return self._client.socket()  # type: ignore[return-value]

    def _read(self) -> None:
        sock = self._socket
        if sock is None:
            return
        sock.receive_more()
        self._turn(self._client.loop_read)
        while sock is self._socket and sock.pending():
            self._turn(self._client.loop_read)
        while self._arrived:
            self._received(*self._arrived.popleft())

    def _write(self) -> None:
        """All that waits, in one call of the system."""
        if self.lost.done():
            return
        self._turn(self._client.loop_write)
        sock = self._socket
        if sock is None:
            return
        try:
            written = sock.flush() and not self._client.want_write()
        except OSError:
            self._lose(_CLOSED)
            return
        if not written:
            self._loop.add_writer(sock, self._write)
            return
        self._loop.remove_writer(sock)
        self._waiting = 0
        self._room.set()

    @property
    def _all_sent(self) -> bool:
        self._confirm()
        return not self._waiting and not self._unconfirmed

    def _confirm(self) -> None:
        while self._unconfirmed and (self._unconfirmed[0].rc > 0 or self._unconfirmed[0].is_published()):
            self._unconfirmed.popleft()
            self._confirmed_at = self._loop.time()

    async def _keep_alive(self) -> None:
        while not self.lost.done():
            await asyncio.sleep(1)
            self._turn(self._client.loop_misc)
            # It may answer pings, and yet acknowledge nothing.
            self._confirm()
            keep_alive_s = self._broker.keep_alive_s
            if self._unconfirmed and self._loop.time() - self._confirmed_at >= keep_alive_s:
                self._lose(f"it has acknowledged nothing for {keep_alive_s} s")

    def _turn(self, step: Callable[[], Any]) -> None:
        try:
            code = step()
        except self._malformed as error:
            self._lose(f"what it sends is no MQTT 3.1.1 ({type(error).__name__})")
        else:
            if code != self._no_error:
                self._lose(_CLOSED)

    def _lose(self, why: str) -> None:
        if not self._ready.done():
            text = f"broker {self._broker.place}: {why}; see whether it expects TLS at that port, and its log"
            self._ready.set_exception(BrokerError(text))
        if not self.lost.done():
            self.lost.set_result(f"{why}{self._likely() if why == _CLOSED else ''}")
        self._room.set()
        self._fail()

    def _likely(self) -> str:
        """Brokers that know a client by its account connect each account once; two programs with one take turns."""
        if not self._broker.username or self._loop.time() - self._began >= _SHORT_S:
            return ""
        return f"; if that comes again, another program connects as {self._broker.username}: give each an account of its own"

    def _fail(self) -> None:
        """Nothing of this connection stays."""
        if self._keeping is not None:
            self._keeping.cancel()
        sock = self._client.socket()
        if sock is not None:
            self._forget(sock)
            sock.close()
        if self._ready.done() and not self._ready.cancelled():
            self._ready.exception()  # it may be that nobody waits for it any more
        self._room.set()

    def _forget(self, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)

    def _on_more_to_write(self, client: object, data: object, sock: Any) -> None:
        # At the end of the loop's turn: what else is published in it goes along.
        self._loop.call_soon(self._write)

    def _on_message(self, client: object, data: object, message: Any) -> None:
        # Not in paho-mqtt's turn: what a fault of ours raises would look like one of the broker's.
        self._arrived.append((message.topic, bytes(message.payload), message.retain))

    def _on_connect(self, client: Any, data: object, flags: object, reason: Any, properties: object) -> None:
        if not reason.is_failure:
            client.subscribe([(topic, 1) for topic in self._topics])
        elif not self._ready.done():
            user = f"user {self._broker.username}" if self._broker.username else "an anonymous user"
            remedy = after_refusal(reason.value, self._broker.account)
            text = f"broker {self._broker.place}: it refused {user}: {reason}; {remedy}"
            self._ready.set_exception(BrokerError(text))

    def _on_subscribe(self, client: Any, data: object, mid: int, reasons: Any, properties: object) -> None:
        refused = [topic for topic, each in zip(self._topics, reasons, strict=False) if each.is_failure]
        if self._ready.done():
            return
        if refused:
            text = f"broker {self._broker.place}: it does not allow a subscription to {', '.join(refused)}"
            self._ready.set_exception(BrokerError(f"{text}; allow it in the broker's ACL"))
        else:
            self._ready.set_result(None)
