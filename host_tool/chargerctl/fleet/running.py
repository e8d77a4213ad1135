# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One process's share of a fleet: puts it together and runs it to its end.

share = Share(plan)
measured = share.run(on_sums)                # share.stop() from a signal handler ends it in order
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing

from chargerctl.fleet.acting import Acting, checked, direct_central, wire_of
from chargerctl.fleet.charger.charger import Charger, Heard
from chargerctl.fleet.charger.heard import Several
from chargerctl.fleet.customers.customers import Customers
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.measuring.measuring import Measuring
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.script.playing import Actor
from chargerctl.fleet.world.world import World
from chargerctl.simulator.machine.clock import NEVER
from chargerctl.simulator.machine.events import Events

_US = 1_000_000
_TELL_S = 1.0
# How long, after its end, the chargers have to deliver what they still have: a message is sent again after a minute.
_SETTLE_VIRTUAL_S, _SETTLE_S, _SETTLE_STOPPED_S = 300, 30, 5


OnSums = Callable[[Measured], object]
"""on_sums(measured): what was measured so far, about once a second of this computer's time."""


class Share:
    """plan.numbers of the chargers. heards: who watches them besides."""

    def __init__(self, plan: Plan, *heards: Heard) -> None:
        """ScriptError for lines of scripts that this fleet cannot carry out, ChargerctlError where files for TLS cannot be
        used."""
        self._plan = plan
        self._heards = heards
        self._stops = 0
        self._began_s, self._cpu_s = time.monotonic(), time.process_time()
        scripts = checked(plan)
        self._world = world = World(plan, direct_central(scripts))
        self._clock = world.clock
        self._measuring = Measuring(world.wall_us, Series(plan.duration_s), self._called)
        self._acting = Acting(plan, scripts, world.clock)
        self._chargers: list[Charger] = []
        self._customers: dict[str, Customers] = {}
        for number in plan.numbers:
            self._add(number)

    def _add(self, number: int) -> None:
        plan, world = self._plan, self._world
        events = Events(world.clock)
        network = world.around.network(number, events)
        charger = Charger(
            world.firmware,
            world.clock,
            {**plan.settings, **world.around.settings(number), "CHARGER_SERIAL": plan.serial(number)},
            network.link,
            world.around.now_utc,
            Several(self._measuring, *self._heards, *self._acting.heard(events, network)),
            world.wall_us if plan.in_real_time else None,
            plan.urandom(number),
        )
        self._chargers.append(charger)
        self._measuring.add(charger)
        counts = self._measuring.tally.customers
        customers = self._customers[charger.serial] = Customers(
            charger, network.wifi, plan.random(number, "customers"), plan.arrivals_h, plan.stay_s, counts
        )
        at_us = plan.switched_on_us(number)
        self._clock.call_at(at_us, lambda: charger.power(True))
        self._clock.call_at(at_us, customers.start)
        self._acting.add(Actor(number, charger, wire_of(network), events, world.around.conversation(number)))

    def stop(self) -> None:
        """From a signal handler or another thread: end in order; called again: at once."""
        self._stops += 1
        self._world.time.post(lambda: None)

    def run(self, on_sums: OnSums) -> Measured:
        """To the end of the plan. What was measured, with what the central system has not confirmed until then."""
        plan, clock = self._plan, self._clock
        end_us = NEVER if plan.duration_s is None else int(plan.duration_s * _US)
        with closing(self._world):
            self._note_states()
            self._go(end_us, on_sums, lambda: self._stops > 0 or self._played)
            failures = self._acting.failures
            fleet_s, stopped = clock.now_us / _US, self._stops > 0
            for each in self._customers.values():
                each.close()
            seconds = _SETTLE_STOPPED_S if stopped else _SETTLE_S if plan.in_real_time else _SETTLE_VIRTUAL_S
            self._go(clock.now_us + seconds * _US, on_sums, lambda: self._stops > 1 or self._settled)
            self._measuring.series.states(int(fleet_s * _US), self._measuring.tally.states)
            self._measuring.close(sum(each.unconfirmed for each in self._chargers))
            # What follows is not measured.
            measured = Measured.from_json(self._measured(fleet_s, stopped, failures).to_json())
            for each in self._chargers:
                each.power(False)
            return measured

    @property
    def _played(self) -> bool:
        """Whether it ends with its scripts, and they are over."""
        return self._plan.duration_s is None and bool(self._plan.scripts) and not self._acting.left

    @property
    def _settled(self) -> bool:
        return not any(each.unconfirmed for each in self._chargers)

    def _go(self, until_us: int, on_sums: OnSums, done: Callable[[], bool]) -> None:
        clock, look = self._clock, self._world.time.look
        tell_s = time.monotonic() + _TELL_S
        while clock.now_us < until_us and not done():
            look(until_us)
            now_s = time.monotonic()
            if now_s >= tell_s:
                tell_s = now_s + _TELL_S
                on_sums(self._measured(clock.now_us / _US, self._stops > 0))

    def _measured(self, fleet_s: float, stopped: bool, failures: Sequence[str] = ()) -> Measured:
        wall_s, cpu_s = time.monotonic() - self._began_s, time.process_time() - self._cpu_s
        tally, series = self._measuring.tally, self._measuring.series
        return Measured(tally, series, fleet_s, wall_s, cpu_s, stopped, list(failures))

    def _note_states(self) -> None:
        """At the end of each slot, what the chargers are."""
        series, clock = self._measuring.series, self._clock
        series.states(max(clock.now_us - 1, 0), self._measuring.tally.states)
        clock.call_at((clock.now_us // series.width_us + 1) * series.width_us, self._note_states)

    def _called(self, charger: Charger, action: str) -> None:
        if action == "RemoteStartTransaction":
            self._customers[charger.serial].call()
