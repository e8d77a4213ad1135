# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The hardware watchdog: armed with a timeout, fed by the program, bites when it was not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chargerctl.simulator.machine.clock import NEVER, Timer

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


class Watchdog:
    """`mode` is None (off), "reset" or "raise"; `deadline_us` is when it bites, on the board's clock."""

    def __init__(self, board: VirtualBoard) -> None:
        self._board = board
        self._timer: Timer | None = None
        self._make_exception: Callable[[], BaseException] = RuntimeError
        self.mode: str | None = None
        self.timeout_us = 0
        self.deadline_us = NEVER

    def arm(self, mode: str, timeout_us: int, make_exception: Callable[[], BaseException]) -> None:
        """Start it; `make_exception()` is what mode "raise" raises in the program."""
        self.disarm()
        self.mode = mode
        self.timeout_us = timeout_us
        self._make_exception = make_exception
        self.feed()
        self._set_timer()

    def feed(self) -> None:
        self.deadline_us = self._board.clock.now_us + self.timeout_us

    def disarm(self) -> None:
        self.mode = None
        self.deadline_us = NEVER
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set_timer(self) -> None:
        self._timer = self._board.clock.call_at(self.deadline_us, self._due)

    def _due(self) -> None:
        # Feeding moves the deadline only, which is much cheaper than setting a timer in each pass of the loop.
        if self._board.clock.now_us < self.deadline_us:
            self._set_timer()
        elif self.mode == "reset":
            self._board.reset("watchdog")
        else:
            self.disarm()
            self._board.signal(self._make_exception())
