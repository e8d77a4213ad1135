# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the routes of the page work with, handed to each of them when it is made."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.types import Receive

from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.live.watch import Watch
from chargerctl.central.metrics.metrics import Metrics
from chargerctl.central.remote import Clock, Remote
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.places import Places
from chargerctl.errors import ChargerctlError
from chargerctl.events.event import Event, Tell
from chargerctl.web.streams import Streams


def _silent(event: Event) -> None:
    pass


@dataclass(frozen=True)
class Parts:
    """pages renders templates; streams answers with live ones; stopping: set when the server is about to end; tell: the log
    of the service; metrics: what it counts. Routes that read or write the books are no coroutines: they run in threads.

    store: the books, read and written in turns by all viewers; calls: the same without turns, for what has begun and must
    not be given up because others look. None: store."""

    store: DatabaseStore
    watch: Watch
    pages: Pages
    settings: CentralSettings
    streams: Streams = field(default_factory=Streams)
    stopping: threading.Event = field(default_factory=threading.Event)
    tell: Tell = _silent
    metrics: Metrics | None = None
    now: Callable[[], float] = time.time
    calls: DatabaseStore | None = None
    places: Places = field(default_factory=Places)

    async def call(
        self, request: Request, serial: str, action: str, payload: Payload, timeout_s: float | None = None
    ) -> Outcome:
        """Have the central system call a charger, and wait for its answer; ChargerctlError as in Remote.

        request: whose client waits for it; when that has gone, a call that was not sent yet is taken back. timeout_s: until
        the answer. Of it, at most half is waited for a place; HTTPException where there is none.
        """
        wait_s = timeout_s or self.settings.call_timeout
        until = time.monotonic() + wait_s
        gone = threading.Event()
        watching = asyncio.ensure_future(_until_gone(request.receive))
        watching.add_done_callback(lambda _: gone.set())
        try:
            async with self.places.one(serial, wait_s / 2):
                remote = Remote(
                    self.calls or self.store, Clock(now=self.now, sleep=partial(self._pause, gone))
                )
                left_s = round(until - time.monotonic(), 1)
                call = partial(remote.call, serial, action, payload, left_s)
                return await anyio.to_thread.run_sync(call, limiter=CapacityLimiter(1))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def _pause(self, gone: threading.Event, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise ChargerctlError("the central system stops: what the charger answers is not known")
        if gone.is_set():
            raise ChargerctlError("nobody waits for the answer any more")


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
