# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the main thread of the service does until its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.retention import PAUSE_S
from chargerctl.central.books.store import DatabaseStore
from chargerctl.errors import ChargerctlError

_TICK_S = 1.0
_MINUTE_S = 60.0


class Running(Protocol):
    """A part that works on its own until it is closed. failure: what has ended it before; None while it works."""

    @property
    def failure(self) -> BaseException | None: ...


def look_after(
    stop: threading.Event,
    store: DatabaseStore,
    running: Mapping[str, Running | None],
    each_minute: Sequence[Callable[[], object]],
) -> None:
    """Until `stop` is set. running: by what a person calls them. ChargerctlError when one has ended."""
    minute_at = time.monotonic() + _MINUTE_S
    pause_s = _TICK_S
    while not stop.wait(pause_s):
        pause_s = _TICK_S
        for name, part in running.items():
            if part is not None and part.failure is not None:
                raise ChargerctlError(
                    f"{name} has ended, start it again; a bug in chargerctl, please report it: {part.failure!r}"
                )
        with suppress(BooksError):  # the desk tells
            if store.tidy(time.time()):
                pause_s = PAUSE_S
        if time.monotonic() >= minute_at:
            minute_at = time.monotonic() + _MINUTE_S
            for act in each_minute:
                act()
