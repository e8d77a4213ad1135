# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps the log readable: what a charger causes again and again is told some times a minute, and then counted."""

from __future__ import annotations

import threading
from collections import Counter

from chargerctl.events.event import Event, Tell

# What a charger can cause as often as it likes.
_OFTEN = frozenset(
    {"violation", "boot", "connected", "disconnected", "status", "authorize", "message", "hostile", "profile"}
)
_FREE = 10
"""Events of a kind and a charger that are told in a minute."""
_MOST = 200
"""Of all chargers, of a kind."""


class Tally:
    """`tell` with a limit, from any thread, one event at a time. Call sweep() once a minute."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._told: Counter[tuple[str, str]] = Counter()

    def __call__(self, event: Event) -> None:
        with self._lock:
            if event.what not in _OFTEN or self._has_room(event):
                self._tell(event)

    def sweep(self) -> None:
        """Tell how much was left out."""
        with self._lock:
            for (what, serial), count in self._told.items():
                left_out = count - (_FREE if serial else _MOST)
                if left_out > 0:
                    text = f"{left_out} more of this kind in the last minute: {what}"
                    self._tell(Event("left_out", text, serial, {"kind": what, "count": left_out}))
            self._told.clear()

    def _has_room(self, event: Event) -> bool:
        everybody = (event.what, "")
        self._told[everybody] += 1
        if self._told[everybody] > _MOST:
            return False
        if not event.serial:
            return True
        self._told[event.what, event.serial] += 1
        return self._told[event.what, event.serial] <= _FREE
