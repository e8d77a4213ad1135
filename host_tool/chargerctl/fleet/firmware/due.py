# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finds out when a charger has to be stepped next, by what the firmware compares the time with.

Every limit in the firmware is a comparison of a difference of ticks, `ticks.reached(now, deadline)` or
`ticks.diff(now, since) >= limit`, or of the seconds of an Uptime. Here these are numbers that note, when they are compared,
after how many milliseconds the comparison would come out otherwise. The least of what a pass has noted is when the next one
is due: until then it would do what this one did.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

NEVER = 1 << 28
"""Milliseconds: longer than any difference of ticks."""


class Due:
    """begin(now) before a pass; `in_ms` after it. `now`: the ticks of the pass."""

    def __init__(self) -> None:
        self.now = -1
        self.in_ms = NEVER
        # How much of the present second has passed, of the uptime that was read last.
        self.into_second_ms = 0
        # Classes of its own: a number needs no attribute to know whom it notes for.
        self._rising = type("Rising", (_Rising,), {"_due": self, "__slots__": ()})
        self._falling = type("Falling", (_Falling,), {"_due": self, "__slots__": ()})
        self._seconds = type("Seconds", (_Seconds,), {"_due": self, "__slots__": ()})
        self._seconds_left = type("SecondsLeft", (_SecondsLeft,), {"_due": self, "__slots__": ()})

    def begin(self, now: int) -> None:
        self.now = now
        self.in_ms = NEVER

    def note(self, ms: int) -> None:
        if 0 < ms < self.in_ms:
            self.in_ms = ms

    def seconds(self, value: int) -> int:
        """Of an uptime, now."""
        return self._seconds(value)

    def falling(self, ms: int) -> int:
        return self._falling(ms)

    def rising(self, ms: int) -> int:
        return self._rising(ms)

    def seconds_left(self, value: int) -> int:
        return self._seconds_left(value)

    def watch(self, ticks: Any) -> None:
        """ticks: the firmware's module, whose functions give such numbers from now on."""
        diff, rising, falling = ticks.diff, self._rising, self._falling

        def watched(later: int, earlier: int) -> int:
            ms: int = diff(later, earlier)
            if later == self.now:
                return rising(ms)
            return falling(ms) if earlier == self.now else ms

        def reached(now: int, deadline: int) -> bool:
            ms = diff(now, deadline)
            if ms < 0 and now == self.now:
                self.note(-ms)
            return bool(ms >= 0)

        ticks.diff = watched
        ticks.reached = reached
        ticks.Uptime = partial(_Uptime, self, diff, ticks.add)


class _Uptime:
    """As Uptime of the firmware's ticks.py, with seconds that note. A board's is at most a pass old when it is read: so it
    is brought up to date, since the last pass here may have been long ago."""

    def __init__(
        self, due: Due, diff: Callable[[int, int], int], add: Callable[[int, int], int], now: int
    ) -> None:
        self._due = due
        self._diff = diff
        self._add = add
        self._passed_s = 0
        self._into_second_ms = 0
        self._mark = self._at = now

    @property
    def seconds(self) -> int:
        due = self._due
        if due.now != self._at:
            self.step(due.now)
        due.into_second_ms = self._into_second_ms
        return due.seconds(self._passed_s)

    def step(self, now: int) -> None:
        self._at = now
        seconds, self._into_second_ms = divmod(self._diff(now, self._mark), 1000)
        if seconds:
            self._passed_s += seconds
            self._mark = self._add(self._mark, seconds * 1000)


class _Moving(int):
    """A number that changes with time. One that is kept moves no more; comparing it notes too early a time, at worst."""

    __slots__ = ()
    _due: Due

    def _reaches(self, limit: int) -> None:
        """It rises, and a comparison comes out otherwise once it is `limit`; or it falls, and does below `limit`."""
        raise NotImplementedError

    def _reversed(self, value: int) -> int:
        """value, which moves the other way."""
        raise NotImplementedError

    def __ge__(self, other: int) -> bool:
        self._reaches(int(other))
        return int(self) >= other

    def __lt__(self, other: int) -> bool:
        self._reaches(int(other))
        return int(self) < other

    def __gt__(self, other: int) -> bool:
        self._reaches(int(other) + 1)
        return int(self) > other

    def __le__(self, other: int) -> bool:
        self._reaches(int(other) + 1)
        return int(self) <= other

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            self._reaches(int(other))
            self._reaches(int(other) + 1)
        return int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__

    def __add__(self, other: int) -> int:
        return type(self)(int(self) + other)

    __radd__ = __add__

    def __sub__(self, other: int) -> int:
        return type(self)(int(self) - other)

    def __rsub__(self, other: int) -> int:
        return self._reversed(other - int(self))

    def __floordiv__(self, other: int) -> int:
        quotient = int(self) // other
        self._reaches(quotient * other)
        self._reaches((quotient + 1) * other)
        return quotient


class _Rising(_Moving):
    __slots__ = ()

    def _reaches(self, limit: int) -> None:
        self._due.note(limit - int(self))

    def _reversed(self, value: int) -> int:
        return self._due.falling(value)


class _Falling(_Moving):
    __slots__ = ()

    def _reaches(self, limit: int) -> None:
        self._due.note(int(self) - limit + 1)

    def _reversed(self, value: int) -> int:
        return self._due.rising(value)


class _Seconds(_Moving):
    __slots__ = ()

    def _reaches(self, limit: int) -> None:
        self._due.note((limit - int(self)) * 1000 - self._due.into_second_ms)

    def _reversed(self, value: int) -> int:
        return self._due.seconds_left(value)


class _SecondsLeft(_Moving):
    __slots__ = ()

    def _reaches(self, limit: int) -> None:
        self._due.note((int(self) - limit + 1) * 1000 - self._due.into_second_ms)

    def _reversed(self, value: int) -> int:
        return self._due.seconds(value)
