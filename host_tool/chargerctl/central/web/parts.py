# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the routes of the page work with, handed to each of them when it is made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import anyio.to_thread
from anyio import CapacityLimiter

from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.live.watch import Watch
from chargerctl.central.metrics.metrics import Metrics
from chargerctl.central.remote import Clock, Remote
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.pages import Pages
from chargerctl.errors import ChargerctlError
from chargerctl.events.event import Event, Tell
from chargerctl.web.streams import Streams

# Each waits in a thread for a charger.
_MOST_CALLS = 20


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
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_MOST_CALLS))

    async def call(
        self, serial: str, action: str, payload: Payload, timeout_s: float | None = None
    ) -> Outcome:
        """Have the central system call a charger, and wait for its answer; ChargerctlError as in Remote."""
        remote = Remote(self.calls or self.store, Clock(now=self.now, sleep=self._pause))
        wait = timeout_s or self.settings.call_timeout
        call = partial(remote.call, serial, action, payload, wait)
        return await anyio.to_thread.run_sync(call, limiter=self._limiter)

    def _pause(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise ChargerctlError("the central system stops: what the charger answers is not known")
