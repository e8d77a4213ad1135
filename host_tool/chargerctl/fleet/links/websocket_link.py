# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""OCPP-J in the place of the firmware's MQTT link: a WebSocket, opened again when it is lost.

Its pauses, limits and places are those of firmware/charger/net/mqtt.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException

from chargerctl.bridge.refusal import RefusedError, no_answer
from chargerctl.bridge.socket import Approach, ended, not_opened
from chargerctl.fleet.links.conversation import LONGEST_MESSAGE, Conversation
from chargerctl.fleet.links.resolver import Resolver
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.links.stream import Stream
from chargerctl.ocppj import size_of

PLACES = 5
LONGEST_FRAME = 2048
PONG_MS = 5000
SEND_MS = 5000
_LONGEST_PAUSE_S = 60
_GOOD_MS = 10_000
_CONNECT_MS = 3000
_OPEN_MS = 10_000
_READ_BYTES = 16_384


class Network(Protocol):
    """What the link needs of it."""

    sockets: Sockets

    def stream(self) -> Stream: ...
    def stir(self) -> None: ...
    def vanish(self) -> None: ...


class WebSocketLink:
    """quiet_s: after so long without a word from either side comes a ping."""

    def __init__(
        self,
        network: Network,
        approach: Approach,
        quiet_s: float,
        wifi: Any,
        ticks: Any,
        ticks_ms: Callable[[], int],
        randrange: Callable[[int], int],
        log: Callable[[str, str], object],
    ) -> None:
        self._network = network
        self._approach = approach
        self._quiet_ms = int(quiet_s * 1000)
        self._wifi = wifi
        self._ticks = ticks
        self._ticks_ms = ticks_ms
        self._randrange = randrange
        self._log = log
        self._parts = urlsplit(approach.url)
        self._resolver = Resolver(network.sockets.names, self._parts.hostname or "", network.stir)
        self._stream: Stream | None = None
        self._talk: Conversation | None = None
        self._inbox: deque[str] = deque()
        self._next_try: int | None = None
        self._pause_s = 0
        # Until when what is going on has to be over: TCP and TLS, the handshake, a pong. Of a connection that is open: since
        # when it is a good one.
        self._until = self._good_at = self._heard = self._spoke = 0
        # Since when the other end has taken nothing of what is to be sent.
        self._stuck_since = 0
        self._ping_waits = False
        self._was_up = False

    @property
    def connected(self) -> bool:
        return self._talk is not None and self._talk.open

    def step(self, now: int) -> None:
        try:
            if self._stream is None:
                self._dial(now)
            elif not self._wifi.connected:
                self._lose("Wi-Fi is down")
            elif self._talk is None:
                self._await(now, self._stream)
            else:
                self._go_on(now, self._stream, self._talk)
        except (OSError, WebSocketException, UnicodeError, EOFError) as error:
            self._lose(not_opened(error, self._approach).reason)
        except RefusedError as error:
            self._lose(error.reason)

    def publish(self, frame: str) -> bool:
        """False: not taken, try again in the next pass."""
        talk = self._talk
        if talk is None or not talk.open or talk.out or self._stream is None:
            return False
        size = size_of(frame)
        if size > LONGEST_FRAME:
            self._log("ocppj", f"A message of {size} bytes is too long to send")
            return True
        self._stuck_since = self._ticks_ms()
        talk.say(frame)
        # An error is found by its next step, too.
        with suppress(OSError):
            self._flush(self._stream, talk)
        return True

    def receive(self) -> str | None:
        return self._inbox.popleft() if self._inbox else None

    def close(self) -> None:
        """With a close frame, where there is a connection, and at once."""
        if self._stream is not None and self._talk is not None and self._talk.open:
            self._talk.goodbye()
            with suppress(OSError):
                self._flush(self._stream, self._talk)
        self._drop()

    def vanish(self) -> None:
        self._network.vanish()
        self._drop()

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = self._talk = None
        self._was_up = False

    def _dial(self, now: int) -> None:
        if self._next_try is not None and not self._ticks.reached(now, self._next_try):
            return
        if not self._wifi.connected:
            self._next_try = now
            return
        resolver = self._resolver
        if not resolver.ready():
            return
        if resolver.address is None:
            assert resolver.problem is not None
            raise resolver.problem
        family, address = resolver.address
        port = self._parts.port or (443 if self._parts.scheme == "wss" else 80)
        self._until = self._ticks.add(now, _CONNECT_MS)
        self._stream = self._network.stream()
        self._stream.connect(family, (address, port), self._approach.context, resolver.host)
        self._await(now, self._stream)

    def _await(self, now: int, stream: Stream) -> None:
        if not stream.opened:
            if self._ticks.reached(now, self._until):
                raise no_answer(self._approach.place, _CONNECT_MS / 1000)
            return
        self._heard = self._spoke = self._stuck_since = now
        self._until = self._ticks.add(now, _OPEN_MS)
        self._ping_waits = False
        self._talk = Conversation(self._approach)
        self._flush(stream, self._talk)

    def _go_on(self, now: int, stream: Stream, talk: Conversation) -> None:
        self._flush(stream, talk)
        # Of an end that does not listen nothing is read: each ping would be one more pong to keep for it.
        if not talk.out:
            self._stuck_since = now
            self._read(now, stream, talk)
            self._flush(stream, talk)
        elif self._ticks.diff(now, self._stuck_since) >= SEND_MS:
            raise RefusedError(
                "send", self._approach.place, f"it did not take a message in {SEND_MS // 1000} s", ""
            )
        if talk.over:
            raise ended(talk.close_error, self._approach, LONGEST_MESSAGE)
        if not talk.open:
            if self._ticks.reached(now, self._until):
                raise no_answer(self._approach.place, _OPEN_MS / 1000)
            return
        if not self._was_up:
            self._was_up = True
            self._resolver.worked()
            self._good_at = self._ticks.add(now, _GOOD_MS)
            self._log("ocppj", f"Connected to {self._approach.place}")
        self._keep_up(now, talk)
        self._flush(stream, talk)
        if self._pause_s and self._ticks.reached(now, self._good_at):
            self._pause_s = 0

    def _read(self, now: int, stream: Stream, talk: Conversation) -> None:
        if not talk.waiting and len(self._inbox) < PLACES:
            try:
                data = stream.receive(_READ_BYTES)
            except BlockingIOError:
                pass
            else:
                self._heard = now
                self._ping_waits = False
                talk.heard(data)
        while len(self._inbox) < PLACES and (message := talk.take()) is not None:
            size = size_of(message)
            if size > LONGEST_FRAME:
                self._log("ocppj", f"Discarded a message of {size} bytes")
            elif isinstance(message, bytes):
                self._log("ocppj", f"Discarded a message of {size} bytes that is no text")
            else:
                self._inbox.append(message)

    def _keep_up(self, now: int, talk: Conversation) -> None:
        ticks = self._ticks
        if self._ping_waits:
            if ticks.reached(now, self._until):
                raise RefusedError(
                    "ping", self._approach.place, f"no answer to a ping in {PONG_MS // 1000} s", ""
                )
        elif ticks.diff(now, self._heard) >= self._quiet_ms or ticks.diff(now, self._spoke) >= self._quiet_ms:
            self._ping_waits = True
            self._until = ticks.add(now, PONG_MS)
            talk.ping()

    def _flush(self, stream: Stream, talk: Conversation) -> None:
        while talk.out:
            try:
                taken = stream.send(talk.out)
            except BlockingIOError:
                return
            talk.out = talk.out[taken:]
            # Also between two passes of this link, the last of which may be long ago.
            self._spoke = self._stuck_since = self._ticks_ms()

    def _lose(self, why: str) -> None:
        """1, 2, 4 … 60 s, each up to a quarter less, so that chargers do not come back in step."""
        place = self._approach.place
        if self._stream is not None and not self._was_up:
            self._resolver.failed()
        what = f"Connection to {place} lost" if self._was_up else f"No connection to {place}"
        self._drop()
        self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S) or 1
        pause = self._pause_s * 1000
        pause -= self._randrange(pause // 4)
        self._next_try = self._ticks.add(self._ticks_ms(), pause)
        self._log("ocppj", f"{what} ({why}), next try in {(pause + 500) // 1000} s")
