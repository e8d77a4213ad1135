# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps the log readable: what happens again and again is told once a minute, with a count."""

from __future__ import annotations

from collections import Counter

from chargerctl.central.events import Event, Tell

# What a charger can cause as often as it likes.
_OFTEN = frozenset(
    {"violation", "boot", "connected", "disconnected", "status", "authorize", "message", "hostile"}
)
_FREE = 10
"""Events of a kind and a charger that are told in a minute."""
_MOST = 200
"""Of all chargers, of a kind."""


class Tally:
    """`tell` with a limit; call sweep() once a minute."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told: Counter[tuple[str, str]] = Counter()

    def __call__(self, event: Event) -> None:
        if event.what in _OFTEN:
            key = (event.what, event.serial)
            everybody = (event.what, "")
            if self._told[everybody] >= _MOST:
                key = everybody
            elif event.serial:
                self._told[everybody] += 1
            self._told[key] += 1
            if self._told[key] > (_MOST if key == everybody else _FREE):
                return
        self._tell(event)

    def sweep(self) -> None:
        """Tell how much was left out."""
        for (what, serial), count in self._told.items():
            left_out = count - (_FREE if serial else _MOST)
            if left_out > 0:
                text = f"{left_out} more of this kind in the last minute: {what}"
                self._tell(Event("left_out", text, serial, {"kind": what, "count": left_out}))
        self._told.clear()
