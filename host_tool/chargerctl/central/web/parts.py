# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the routes of the page work with, handed to each of them when it is made."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.live.watch import Watch
from chargerctl.central.remote import Remote
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.pages import Pages


@dataclass(frozen=True)
class Parts:
    """pages renders templates. Routes that read or write the books are no coroutines: they run in threads."""

    store: DatabaseStore
    watch: Watch
    pages: Pages
    settings: CentralSettings
    now: Callable[[], float] = time.time

    async def call(
        self, serial: str, action: str, payload: Payload, timeout_s: float | None = None
    ) -> Outcome:
        """Have the central system call a charger, and wait for its answer; ChargerctlError as in Remote."""
        remote = Remote(self.store)
        wait = timeout_s or self.settings.call_timeout
        return await run_in_threadpool(remote.call, serial, action, payload, wait)
