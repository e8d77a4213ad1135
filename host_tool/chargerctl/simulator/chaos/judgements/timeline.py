# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What something was at each time, from the events that changed it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")


class Timeline(Generic[T]):
    """`initial` until the first note."""

    def __init__(self, initial: T) -> None:
        self._times: list[float] = []
        self._values: list[T] = [initial]

    def note(self, at_s: float, value: T) -> None:
        """It is `value` from now on; in the order of time."""
        if value != self._values[-1]:
            self._times.append(at_s)
            self._values.append(value)

    def at(self, at_s: float) -> T:
        return self._values[bisect_right(self._times, at_s)]

    def within(self, begin_s: float, end_s: float) -> list[T]:
        """Every value that it had from `begin_s` to `end_s`."""
        return self._values[bisect_left(self._times, begin_s) : bisect_right(self._times, end_s) + 1]

    def changes(self, begin_s: float = float("-inf"), end_s: float = float("inf")) -> list[tuple[float, T]]:
        """(time, what it became) of the changes from `begin_s` to `end_s`."""
        first, last = bisect_left(self._times, begin_s), bisect_right(self._times, end_s)
        return list(zip(self._times[first:last], self._values[first + 1 : last + 1], strict=True))

    def since(self, at_s: float) -> float:
        """Since when it has been what it is at `at_s`."""
        place = bisect_right(self._times, at_s)
        return self._times[place - 1] if place else float("-inf")

    def held(self, value: T, begin_s: float, end_s: float) -> bool:
        """It was `value` all the time."""
        return all(each == value for each in self.within(begin_s, end_s))
