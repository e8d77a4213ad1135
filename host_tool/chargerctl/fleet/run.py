# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A run of chargers in their world, measured: what a fleet and the replay of its record have in common."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from chargerctl.fleet.charger.charger import BOOT_US, Charger, Heard
from chargerctl.fleet.charger.heard import Several
from chargerctl.fleet.measuring.failures import Failure
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.measuring.measuring import Measuring, OnCall
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.measuring.troubles import trouble
from chargerctl.fleet.network.network import Network
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.world.world import World
from chargerctl.simulator.machine.clock import NEVER

US = 1_000_000
_TELL_S = 1.0
# After the last charger got its power: by then all have booted, and most have connected.
_STARTED_US = 30 * US

OnSums = Callable[[Measured], object]
"""on_sums(measured): what was measured so far, about once a second of this computer's time."""


class Run:
    """stops: how often somebody asked for the end."""

    def __init__(self, plan: Plan, world: World, on_call: OnCall = lambda charger, action: None) -> None:
        """world: is closed with this. on_call: as of Measuring."""
        self._plan = plan
        self.world = world
        self.clock = world.clock
        series = Series(plan.duration_s)
        self.measuring = Measuring(world.wall_us, series, on_call, partial(trouble, plan))
        self.chargers: list[Charger] = []
        self.stops = 0
        self._began_s, self._cpu_s = time.monotonic(), time.process_time()

    def add(self, number: int, network: Network, *heards: Heard, boot_us: int = BOOT_US) -> Charger:
        """A charger, without power yet. heards: who hears it after it was measured."""
        plan, world = self._plan, self.world
        charger = Charger(
            world.firmware,
            self.clock,
            {**plan.settings, **world.surroundings.settings(number), "CHARGER_SERIAL": plan.serial(number)},
            network.link,
            world.surroundings.now_utc,
            Several(self.measuring, *heards),
            world.wall_us if plan.in_real_time else None,
            plan.urandom(number),
            boot_us,
        )
        self.chargers.append(charger)
        self.measuring.add(charger)
        return charger

    def stop(self) -> None:
        """From a signal handler or another thread."""
        self.stops += 1
        self.notice()

    def notice(self) -> None:
        """Have go() ask soon whether it is done."""
        self.world.time.post(lambda: None)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """For the time of the run; the series is kept from here on. Once all have started, what is there is taken to stay:
        to search it for garbage takes 0.2 ms a charger, and all others are late meanwhile."""
        self._note_states()
        self.clock.call_in(int(self._plan.ramp_s * US) + _STARTED_US, gc.freeze)
        try:
            yield
        finally:
            gc.unfreeze()
            self.world.close()

    def go(self, until_us: int, on_sums: OnSums, done: Callable[[], bool]) -> None:
        """Let time pass until then, or until it is done. What a charger or a timer raises is raised here."""
        clock, look = self.clock, self.world.time.look
        tell_s = time.monotonic() + _TELL_S
        # In real time it sleeps until something is due, and is to be heard of meanwhile.
        at_most_us = int(_TELL_S * US) if self._plan.in_real_time else NEVER
        while clock.now_us < until_us and not done():
            look(min(until_us, clock.now_us + at_most_us))
            now_s = time.monotonic()
            if now_s >= tell_s:
                tell_s = now_s + _TELL_S
                on_sums(self._measured(clock.now_us / US, ()))

    def close_series(self) -> None:
        """What follows is measured, but is no part of the series."""
        self.measuring.series.close(self.clock.now_us, self.measuring.tally.states)

    def end(self, fleet_s: float, failures: Sequence[Failure] = ()) -> Measured:
        """What was measured; then all are switched off. fleet_s: how long it was to be measured."""
        # What follows is not measured.
        measured = Measured.from_json(self._measured(fleet_s, failures).to_json())
        for each in self.chargers:
            each.power(False)
        return measured

    def _measured(self, fleet_s: float, failures: Sequence[Failure]) -> Measured:
        wall_s, cpu_s = time.monotonic() - self._began_s, time.process_time() - self._cpu_s
        tally, series = self.measuring.tally, self.measuring.series
        stood_still_s = self.world.time.stood_still_us / US
        return Measured(tally, series, fleet_s, wall_s, cpu_s, stood_still_s, self.stops > 0, list(failures))

    def _note_states(self) -> None:
        """At the end of each slot, what the chargers are."""
        series, clock = self.measuring.series, self.clock
        series.states(max(clock.now_us - 1, 0), self.measuring.tally.states)
        clock.call_at((clock.now_us // series.width_us + 1) * series.width_us, self._note_states)
