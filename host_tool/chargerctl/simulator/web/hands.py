# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The way of a viewer's line to the simulation, and back to the viewer with what became of it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from chargerctl.errors import ChargerctlError, InputError
from chargerctl.simulator.script.hand import LONGEST

_MOST_WAITING = 10
_MOST_A_SECOND = 25
_PATIENCE_S = 10.0


class TooMuchError(ChargerctlError):
    """More lines than any person gives."""


class Hands:
    """Of all viewers. `take` gets every event."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._give: Callable[[str], object] | None = None
        self._now = now
        self._lock = threading.Lock()
        self._ready = False
        self._over = False
        self._given = 0
        self._waiting: dict[int, _Answer] = {}
        self._lately: deque[float] = deque(maxlen=_MOST_A_SECOND)

    def begin(self, give: Callable[[str], object]) -> None:
        """give(line): has a line act, once the board is ready."""
        self._give = give

    def take(self, event: Mapping[str, Any]) -> None:
        if event["kind"] == "board":
            self._ready = True
        elif event["kind"] == "hand":
            with self._lock:
                answer = self._waiting.pop(event["line"], None)
            if answer is not None:
                answer.come(event.get("error"))

    def end(self) -> None:
        """No line acts any more."""
        with self._lock:
            self._over = True
            left = list(self._waiting.values())
            self._waiting.clear()
        for answer in left:
            answer.come("the simulation has ended")

    def act(self, line: str) -> None:
        """Have one line act, and wait until it has. Raises InputError with the reason where it is wrong, TooMuchError where
        lines come too fast, ChargerctlError where it cannot act now."""
        if len(line) > LONGEST:
            raise InputError(f"a line has at most {LONGEST} characters")
        if len(line.splitlines()) > 1:
            raise InputError("one line at a time")
        answer = _Answer()
        with self._lock:
            give = self._giving()
            self._given += 1
            self._waiting[self._given] = answer
            give(line)
        error = answer.wait()
        if error:
            raise InputError(error)

    def _giving(self) -> Callable[[str], object]:
        if self._over:
            raise ChargerctlError("the simulation has ended")
        if self._give is None or not self._ready:
            raise ChargerctlError("the board is not ready yet: try again in a moment")
        now = self._now()
        fast = len(self._lately) == _MOST_A_SECOND and now - self._lately[0] < 1
        if fast or len(self._waiting) >= _MOST_WAITING:
            raise TooMuchError("lines come faster than the board takes them: wait a moment")
        self._lately.append(now)
        return self._give


class _Answer:
    def __init__(self) -> None:
        self._came = threading.Event()
        self._error: str | None = None

    def come(self, error: str | None) -> None:
        self._error = error
        self._came.set()

    def wait(self) -> str | None:
        if not self._came.wait(_PATIENCE_S):
            raise ChargerctlError("the board's program lets no time pass: the line acts as soon as it does")
        return self._error
