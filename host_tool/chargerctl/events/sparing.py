# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A log that nobody outside can fill, and in which one charger that knocks all day does not hide another: of each kind of
event some lines a minute, and then their number."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from chargerctl.events.event import Event, Tell

WINDOW_S = 60.0


class Bounds(NamedTuple):
    """Lines in WINDOW_S: of a kind of event, and of them of one charger or address."""

    of_kind: int
    of_one: int


STRANGERS = Bounds(20, 2)
"""What anybody who reaches us can cause, and whatever is not named below."""
CHARGERS = Bounds(200, 10)
"""What a charger does in its daily work, and who is logged in at the web page."""
_CHARGERS = frozenset(
    {
        "authorize",
        "boot",
        "call",
        "change",
        "connected",
        "disconnected",
        "login",
        "logout",
        "message",
        "open",
        "profile",
        "start",
        "status",
        "stop",
        "violation",
    }
)
# What this process does itself: nobody outside decides how often it comes.
_ALWAYS = frozenset(
    {
        "books",
        "broker",
        "hint",
        "leases",
        "listening",
        "policy",
        "stopping",
        "warning",
    }
)


class Sparing:
    """`tell` with these bounds, from any thread, one event at a time. What was left out is told by the first event after
    the window, and by sweep()."""

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._lock = threading.Lock()
        self._began = clock()
        # Lines of this window. What is left out is counted by its kind alone: there are any number of names.
        self._of_kind: Counter[str] = Counter()
        self._of_one: Counter[tuple[str, str]] = Counter()
        # kind -> how many, and the charger if all are of one
        self._left_out: dict[str, tuple[int, str]] = {}

    def __call__(self, event: Event) -> None:
        with self._lock:
            if self._clock() - self._began >= WINDOW_S:
                self._turn()
            if event.what in _ALWAYS or self._has_room(event):
                self._tell(event)

    def sweep(self) -> None:
        """Tell what was left out, and begin anew: once a minute where nothing else may come, and at the end."""
        with self._lock:
            self._turn()

    def _turn(self) -> None:
        self._began = self._clock()
        left_out, self._left_out = self._left_out, {}
        self._of_kind.clear()
        self._of_one.clear()
        for what, (count, serial) in left_out.items():
            text = f"{count} more of this kind were not logged: {what}"
            self._tell(Event("left_out", text, serial, {"kind": what, "count": count}))

    def _has_room(self, event: Event) -> bool:
        bounds = CHARGERS if event.what in _CHARGERS else STRANGERS
        one = event.what, event.serial or str(event.details.get("address", ""))
        # Without a name it is a matter of all.
        of_one = bounds.of_one if one[1] else bounds.of_kind
        if self._of_kind[event.what] < bounds.of_kind and self._of_one[one] < of_one:
            self._of_kind[event.what] += 1
            self._of_one[one] += 1
            return True
        count, serial = self._left_out.get(event.what, (0, event.serial))
        self._left_out[event.what] = count + 1, serial if serial == event.serial else ""
        return False
