# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Spends a fleet's clock as fast as it goes."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock

# Timers between two looks at what goes on outside.
_AT_ONCE = 64


class VirtualTime:
    """As RealTime (realtime.py), without a wall clock and without sockets."""

    stood_still_us = 0

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._posted = False

    def look(self, until_us: int) -> None:
        """Some timers, none of them later than until_us. What one raises is raised here."""
        clock = self.clock
        for _ in range(_AT_ONCE):
            if clock.now_us >= until_us:
                return
            clock.step(until_us)
            if clock.failure is not None:
                failure, clock.failure = clock.failure, None
                raise failure
            if self._posted:
                self._posted = False
                return

    def post(self, call: Callable[[], object]) -> None:
        """Have call() called soon, and end the present look(); also from a signal handler or another thread."""
        self._posted = True
        self.clock.post(call)

    def close(self) -> None:
        pass
