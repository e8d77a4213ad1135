# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What changes a memory that outlasts the power: one operation after another, and a power cut comes before one, during
one or after one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.scheduler import Scheduler

BEFORE, DURING, AFTER = PHASES = ("before", "during", "after")


def nothing() -> None:
    """What an operation tears that is there as a whole or not at all."""


class Operations:
    """Carries them out. `counts`: of each kind, by its name, since the board was made; for statements about wear.

    `reached(name, phase)` is called on the program's thread in each phase. It may cut the power: then the operation goes
    no further. `chance` decides what a torn operation leaves.
    """

    def __init__(self, clock: Clock, scheduler: Scheduler, chance: random.Random) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self.chance = chance
        self.counts: Counter[str] = Counter()
        self.reached: Callable[[str, str], object] = lambda name, phase: None

    def carry_out(
        self, name: str, us: int, finish: Callable[[], object], tear: Callable[[], object] = nothing
    ) -> None:
        """Let `us` pass, in which the memory is as `tear()` leaves it, and then as `finish()` does. May not return.

        Nothing but the loss of power interrupts it.
        """
        self.counts[name] += 1
        with self._scheduler.shield():
            self._reach(name, BEFORE)
            tear()
            self._clock.spend(us // 2)
            self._reach(name, DURING)
            self._clock.spend(us - us // 2)
            finish()
            self._reach(name, AFTER)

    def _reach(self, name: str, phase: str) -> None:
        self.reached(name, phase)
        # Here a program stops for good whose power is gone.
        self._clock.spend(0)
