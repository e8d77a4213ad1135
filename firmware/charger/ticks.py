# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Wrap-safe millisecond arithmetic on supervisor.ticks_ms.

The counter wraps at 2**29 ms (6.2 days; the first time 65 s after power-up). Differences are right up to 2**28 ms
(3.1 days); longer spans are counted in seconds by Uptime. Nothing here leaves the 31 bits of a small int.
"""

from micropython import const

_PERIOD = const(1 << 29)
_MASK = const(_PERIOD - 1)
_HALF = const(_PERIOD >> 1)


def add(ticks, ms):
    """The tick `ms` (0 to 2**28 - 1) after `ticks`."""
    return (ticks + ms) & _MASK


def diff(later, earlier):
    """Signed milliseconds from `earlier` to `later`, -2**28 to 2**28 - 1."""
    return ((later - earlier + _HALF) & _MASK) - _HALF


def reached(now, deadline):
    """True from `deadline` on, for 3.1 days."""
    return diff(now, deadline) >= 0


class Uptime:
    """Whole seconds since start: for spans that outlast the tick counter. `step` at least once in three days."""

    def __init__(self, now):
        self.seconds = 0
        self._mark = now

    def step(self, now):
        passed = diff(now, self._mark)
        if passed >= 1000:
            seconds = passed // 1000
            self.seconds += seconds
            self._mark = add(self._mark, seconds * 1000)
