# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How far the passes of the program's loop are apart."""

from __future__ import annotations

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs

# So long after anything has happened, every pass is run.
_QUIET_US = 300_000


class Pace:
    """Each pass takes what the cost table says. With `longest_us` passes are left out while nothing happens: then two
    are so far apart, and what happens meanwhile ends that with the pass during which it happened.

    A pass that is left out would have looked at a world that is as before. What the program times by itself is late by
    `longest_us` at most, and pulses and packets wait for it as long. How long may be left out depends on the program:
    ours takes 100 ms between two looks at its cable for a stall.
    """

    def __init__(self, clock: Clock, costs: Costs) -> None:
        self.longest_us = 0
        self._clock = clock
        self._costs = costs
        self._stirred_us = 0

    def stir(self) -> None:
        """Something happens, or is waited for that lasts less than a pass."""
        self._stirred_us = self._clock.now_us

    def end_pass(self) -> None:
        """Spend what a pass takes, and what is left out after it."""
        pass_us = self._costs.loop_pass
        clock = self._clock
        clock.spend(pass_us)
        if pass_us < self.longest_us and clock.now_us - self._stirred_us >= _QUIET_US:
            self._leave_out(pass_us)

    def _leave_out(self, pass_us: int) -> None:
        clock, stirred_us = self._clock, self._stirred_us
        began_us = clock.now_us
        clock.wait(lambda: self._stirred_us != stirred_us, self.longest_us - pass_us)
        clock.spend((began_us - clock.now_us) % pass_us)
