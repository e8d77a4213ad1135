# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The hardware watchdog: armed with a timeout, fed by the program, bites when it was not fed in time."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import NEVER, Clock, Timer


class Watchdog:
    """`mode` is None (off), "reset" or "raise"; `deadline_us` is when it bites, on the board's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._timer: Timer | None = None
        self._bite: Callable[[], object] = lambda: None
        self.mode: str | None = None
        self.timeout_us = 0
        self.deadline_us = NEVER

    def arm(self, mode: str, timeout_us: int, bite: Callable[[], object]) -> None:
        """Start it; `bite()` is called, once, when it was not fed in time: it resets the board or interrupts the program."""
        self.disarm()
        self.mode = mode
        self.timeout_us = timeout_us
        self._bite = bite
        self.feed()
        self._set_timer()

    def feed(self) -> None:
        self.deadline_us = self._clock.now_us + self.timeout_us

    def disarm(self) -> None:
        self.mode = None
        self.deadline_us = NEVER
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self) -> None:
        self._timer = self._clock.call_at(self.deadline_us, self._due)

    def _due(self) -> None:
        # Feeding moves the deadline only, which is much cheaper than setting a timer in each pass of the loop.
        if self._clock.now_us < self.deadline_us:
            self._set_timer()
        else:
            self.disarm()
            self._bite()
