# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A log that a hostile client cannot fill, and in which one charger that knocks all day does not hide another."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from chargerctl.events.event import Event, Tell

WINDOW_S = 60.0
LINES = 20
LINES_OF_ONE = 2


class SparingTell:
    """Passes on up to LINES events of a kind (Event.what) in WINDOW_S, of them LINES_OF_ONE of one charger or address
    (Event.serial, "address" in its details). The first of the kind after that window tells how many were left out.
    For one thread."""

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._began = clock()
        # Lines of this window. What is left out is not counted by its name: there are any number of names.
        self._of_kind: Counter[str] = Counter()
        self._of_one: Counter[tuple[str, str]] = Counter()
        self._left_out: Counter[str] = Counter()
        self._to_tell: Counter[str] = Counter()

    def __call__(self, event: Event) -> None:
        now = self._clock()
        if now - self._began >= WINDOW_S:
            self._began = now
            self._to_tell += self._left_out
            for counter in (self._of_kind, self._of_one, self._left_out):
                counter.clear()
        one = event.what, event.serial or str(event.details.get("address", ""))
        if self._of_kind[event.what] >= LINES or self._of_one[one] >= LINES_OF_ONE:
            self._left_out[event.what] += 1
            return
        self._of_kind[event.what] += 1
        self._of_one[one] += 1
        before = self._to_tell.pop(event.what, 0)
        if before:
            text = f"{event.text} ({before} more of this kind were not logged)"
            event = replace(event, text=text, details={**event.details, "not_logged": before})
        self._tell(event)
