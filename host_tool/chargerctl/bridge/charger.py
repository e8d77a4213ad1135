# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger's way to its central system: a WebSocket while it is online and this bridge's, and what passes on it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from typing import Protocol

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from chargerctl.bridge.handover import Handover
from chargerctl.bridge.outbox import Outbox
from chargerctl.bridge.passage import Note, Passage, Verdict
from chargerctl.bridge.refusal import RefusedError
from chargerctl.bridge.socket import CLOSE_S, Approach, ended, open_socket
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

    def available(self, online: bool | None) -> None:
        """Tell it, and whoever reads that topic, whether somebody answers; None: that it has to see for itself."""

    async def room(self) -> None:
        """Wait until the network has taken what was sent, if that is much."""


class Charger:
    """`opening`: limits how many are connecting at the same time. settle_s: SETTLE_S, but for tests. ours: whether the
    charger is this bridge's at this moment: asked before each word to either side, for a process that stood still has heard
    of nothing."""

    def __init__(
        self,
        serial: str,
        approach: Approach,
        out: Out,
        pauses: Pauses,
        opening: asyncio.Semaphore,
        tell: Tell,
        settle_s: float = SETTLE_S,
        ours: Callable[[], bool] = lambda: True,
    ) -> None:
        self.serial = serial
        self._approach = approach
        self._out = out
        self._pauses = pauses
        self._opening = opening
        self._tell = tell
        self._settle_s = settle_s
        self._ours = ours
        self._passage = Passage()
        self._loop = asyncio.get_running_loop()
        self._to_central = Outbox(_PLACES)
        self._connecting: asyncio.Task[None] | None = None
        # A charger that flaps can leave several. The next WebSocket waits for all: two of one charger there cannot be.
        self._closing: set[asyncio.Task[None]] = set()
        # What it was last told; None: not yet on this connection to the broker.
        self._told: bool | None = None
        # After each frame, and when the WebSocket has ended: for whoever waits for a quiet moment.
        self._turn = asyncio.Event()
        # Another bridge goes on: nothing passes here any more, and the charger is told nothing.
        self._is_handed_over = False

    @property
    def is_open(self) -> bool:
        return self._passage.is_open

    @property
    def has_come(self) -> bool:
        """It is online, and this bridge connects it."""
        return self._connecting is not None

    @property
    def waiting(self) -> int:
        """How many of its frames wait for the network."""
        return len(self._to_central)

    # What the broker brings.

    def came(self, handover: Handover | None = None) -> None:
        """It is online: its WebSocket opens, unless it is open. handover: it follows on that of another bridge, and the
        charger need not notice."""
        if self._connecting is not None:
            return
        self._is_handed_over = False
        settle_s = self._settle_s
        if handover is None:
            self._say(False)
        else:
            settle_s = 0.0
            self._passage.awaited(handover.passed, self._loop.time())
        self._connecting = self._loop.create_task(self._stay_connected(tuple(self._closing), settle_s))
        if handover is not None and handover.last is not None:
            self.received(handover.last)

    def went(self) -> None:
        """It is offline: its WebSocket closes."""
        if self._connecting is not None:
            closing, self._connecting = self._connecting, None
            closing.cancel()
            self._ended()
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def lost(self, nobody_has_it: bool) -> None:
        """It is this bridge's no more: its WebSocket closes. nobody_has_it: nor another's, and it is told."""
        self.went()
        if nobody_has_it and self._told is not False:
            self._told = False
            self._out.available(False)

    def received(self, payload: bytes) -> None:
        """A frame from it."""
        if self._is_handed_over or not self._ours():
            return
        verdict = self._passage.from_charger(payload, self._loop.time())
        self._turn.set()
        self._note(verdict)
        if isinstance(verdict.forward, str) and not self._to_central.put(verdict.forward):
            text = f"it sends faster than the central system takes it: what exceeds {_PLACES} is dropped"
            self._report("flood", text)

    def repeat(self) -> None:
        """What it was told."""
        if self._told is not None and not self._is_handed_over and self._ours():
            self._out.available(self._told)

    def look_for(self) -> None:
        """Have it say its status, if it is there: a charger that was told `offline`, and now that it has to see for itself,
        does that."""
        self._say(False)
        self._loop.call_later(self._settle_s, self._let_it_ask)

    def _let_it_ask(self) -> None:
        if self._connecting is None and not self._is_handed_over and self._ours():
            self._told = None
            self._out.available(None)

    def gained(self) -> None:
        """It is this bridge's from now on, also if this one has handed it over before."""
        self._is_handed_over = False
        self.forget()

    def forget(self) -> None:
        """What it was told before: over another connection to the broker, or by another bridge."""
        self._told = None

    async def hand_over(self, patience_s: float) -> list[str] | None:
        """Close its WebSocket when no call waits for its answer, for another bridge that goes on: the ids of its calls that
        have passed last. None where there was no such moment in patience_s, or no WebSocket: then the charger was told."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                while self.is_open and not self._passage.is_quiet(self._loop.time()):
                    self._turn.clear()
                    await self._turn.wait()
            # Nothing can come in between.
            self._is_handed_over = self.is_open
        passed = self._passage.passed
        if self._is_handed_over:
            await self._to_central.emptied(CLOSE_S)
        await self.close()
        return passed if self._is_handed_over else None

    async def close(self) -> None:
        """Until its WebSocket is closed."""
        self.went()
        if self._closing:
            await asyncio.wait(self._closing)

    # The WebSocket.

    async def _stay_connected(self, before: Collection[asyncio.Task[None]], settle_s: float) -> None:
        if before:
            await asyncio.wait(before)
        while True:
            await asyncio.sleep(settle_s)
            settle_s = self._settle_s
            if not self._ours():
                return
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
        socket: ClientConnection | None = None
        try:
            async with self._opening:
                socket = await open_socket(self._approach)
            await self._pass(socket)
        except ConnectionClosed as error:
            raise ended(error, self._approach) from error
        finally:
            self._ended()
            if socket is not None:
                # It waits for the other side's answer, but not for long.
                await socket.close()

    async def _pass(self, socket: ClientConnection) -> None:
        """What comes on it, and what goes. ConnectionClosed."""
        if not self._ours():
            return
        began = self._loop.time()
        self._passage.opened()
        sending = self._loop.create_task(self._to_central.send(socket, self._ours))
        try:
            self._say(True)
            self._report("open", f"connected to {self._approach.place}")
            while True:
                await self._take(await socket.recv(), socket)
        finally:
            self._pauses.lasted(self._loop.time() - began)
            sending.cancel()

    async def _take(self, frame: str | bytes, socket: ClientConnection) -> None:
        if self._is_handed_over or not self._ours():
            return
        verdict = self._passage.from_central(frame, self._loop.time())
        self._turn.set()
        self._note(verdict)
        if verdict.answer is not None:
            await socket.send(verdict.answer)
        elif verdict.forward is not None:
            self._out.send(verdict.forward)
            await self._out.room()

    def _ended(self) -> None:
        """Nothing passes any more. What waited for the connection is dropped: the charger is told, and repeats what
        counts."""
        self._passage.closed(self._loop.time())
        self._say(False)
        self._turn.set()
        self._to_central.clear()

    def _say(self, online: bool) -> None:
        if online != self._told and not self._is_handed_over and self._ours():
            self._told = online
            self._out.available(online)

    def _note(self, verdict: Verdict) -> None:
        note: Note | None = verdict.note
        if note is not None:
            self._report("dropped", note.text, reason=note.what)

    def _report(self, what: str, text: str, **details: object) -> None:
        self._tell(Event(what, text, self.serial, details))
