# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger's way to its central system: a WebSocket while the charger is online, and what passes on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from typing import Protocol

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from chargerctl.bridge.passage import Note, Passage, Verdict
from chargerctl.bridge.refusal import RefusedError
from chargerctl.bridge.socket import Approach, ended, open_socket
from chargerctl.events.event import Event, Tell
from chargerctl.mqtt.pauses import Pauses

# Between `offline` and `online`: a charger that is busy for a moment must notice both.
SETTLE_S = 0.5

# Frames of one charger that wait for the network. It has one call outstanding (J 4.1.1), so a few are plenty.
_PLACES = 32


class Out(Protocol):
    """The way to this charger."""

    def send(self, payload: str | bytes) -> None:
        """A frame."""

    def available(self, online: bool) -> None:
        """Tell it, and whoever reads that topic, whether somebody answers."""

    async def room(self) -> None:
        """Wait until the network has taken what was sent, if that is much."""


class Charger:
    """`opening`: limits how many are connecting at the same time. settle_s: SETTLE_S, but for tests."""

    def __init__(
        self,
        serial: str,
        approach: Approach,
        out: Out,
        pauses: Pauses,
        opening: asyncio.Semaphore,
        tell: Tell,
        settle_s: float = SETTLE_S,
    ) -> None:
        self.serial = serial
        self._approach = approach
        self._out = out
        self._pauses = pauses
        self._opening = opening
        self._tell = tell
        self._settle_s = settle_s
        self._passage = Passage()
        self._loop = asyncio.get_running_loop()
        self._to_central: asyncio.Queue[str] = asyncio.Queue(_PLACES)
        self._connecting: asyncio.Task[None] | None = None
        # A charger that flaps can leave several. The next WebSocket waits for all: two of one charger there cannot be.
        self._closing: set[asyncio.Task[None]] = set()
        # What it was last told; None: not yet on this connection to the broker.
        self._told: bool | None = None

    @property
    def is_open(self) -> bool:
        return self._passage.is_open

    @property
    def waiting(self) -> int:
        """How many of its frames wait for the network."""
        return self._to_central.qsize()

    # What the broker brings.

    def came(self) -> None:
        """It is online: its WebSocket opens, unless it is open."""
        if self._connecting is None:
            self._say(False)
            self._connecting = self._loop.create_task(self._stay_connected(tuple(self._closing)))

    def went(self) -> None:
        """It is offline: its WebSocket closes."""
        if self._connecting is not None:
            closing, self._connecting = self._connecting, None
            closing.cancel()
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def received(self, payload: bytes) -> None:
        """A frame from it."""
        verdict = self._passage.from_charger(payload)
        self._note(verdict)
        if isinstance(verdict.forward, str):
            try:
                self._to_central.put_nowait(verdict.forward)
            except asyncio.QueueFull:
                text = f"it sends faster than the central system takes it: what exceeds {_PLACES} is dropped"
                self._report("flood", text)

    def broker_is_back(self) -> None:
        """Nobody knows what it was told before."""
        self._told = None

    async def close(self) -> None:
        """Until its WebSocket is closed."""
        self.went()
        if self._closing:
            await asyncio.wait(self._closing)

    # The WebSocket.

    async def _stay_connected(self, before: Collection[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before)
        while True:
            await asyncio.sleep(self._settle_s)
            try:
                await self._connection()
            except RefusedError as refused:
                self._report(
                    "lost" if refused.what in ("closed", "ping") else "refused",
                    refused.message,
                    reason=refused.what,
                )
            await asyncio.sleep(self._pauses.next())

    async def _connection(self) -> None:
        """One, from its beginning to its end. Raises RefusedError with the reason of either."""
        async with self._opening:
            socket = await open_socket(self._approach)
        began = self._loop.time()
        sending = self._loop.create_task(self._send(socket))
        try:
            self._passage.opened()
            self._say(True)
            self._report("open", f"connected to {self._approach.place}")
            while True:
                await self._take(await socket.recv(), socket)
        except ConnectionClosed as error:
            raise ended(error, self._approach) from error
        finally:
            self._passage.closed(self._loop.time())
            self._say(False)
            self._pauses.lasted(self._loop.time() - began)
            sending.cancel()
            self._drop_waiting()
            # It waits for the other side's answer, but not for long.
            await socket.close()

    async def _take(self, frame: str | bytes, socket: ClientConnection) -> None:
        verdict = self._passage.from_central(frame, self._loop.time())
        self._note(verdict)
        if verdict.answer is not None:
            await socket.send(verdict.answer)
        elif verdict.forward is not None:
            self._out.send(verdict.forward)
            await self._out.room()

    async def _send(self, socket: ClientConnection) -> None:
        # The reader of the connection reports why it ended.
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.send(await self._to_central.get())

    def _drop_waiting(self) -> None:
        """What the connection did not take any more: the charger is told, and repeats what counts."""
        while not self._to_central.empty():
            self._to_central.get_nowait()

    def _say(self, online: bool) -> None:
        if online != self._told:
            self._told = online
            self._out.available(online)

    def _note(self, verdict: Verdict) -> None:
        note: Note | None = verdict.note
        if note is not None:
            self._report("dropped", note.text, reason=note.what)

    def _report(self, what: str, text: str, **details: object) -> None:
        self._tell(Event(what, text, self.serial, details))
