# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Follows the books, and reports what has changed to whoever subscribes. It reads only while somebody does.

The books are the one truth, whichever process writes them: nothing here listens to the desk.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.live.read import read_states
from chargerctl.central.live.state import State

_PAUSE_S = 0.5
# Of one core, for thousands of chargers.
_SHARE = 0.05


@dataclass(frozen=True)
class Change:
    """The chargers that are new or different, and the serials of those that are gone."""

    states: Mapping[str, State]
    gone: frozenset[str]


class Watch:
    """Of all chargers. Every method may be called from any thread; on_change is called on its own, and must not wait."""

    def __init__(self, store: DatabaseStore, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = now
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._subscribers: list[Callable[[Change], object]] = []
        self._states: dict[str, State] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def subscribe(self, on_change: Callable[[Change], object]) -> Callable[[], None]:
        """Gets all chargers soon, then changes. Returns what ends it."""
        raise NotImplementedError  # overview

    def close(self) -> None:
        self._closing = True
        self._wake.set()
        self._thread.join()

    def look(self) -> None:
        """Read the books once, and report. BooksError."""
        raise NotImplementedError  # overview

    def _run(self) -> None:
        while not self._closing:
            began = time.monotonic()
            with suppress(BooksError):  # the desk reports it
                self.look()
            took = time.monotonic() - began
            self._wake.wait(max(_PAUSE_S, took / _SHARE))
            self._wake.clear()


__all__ = ["Change", "Watch", "read_states"]
