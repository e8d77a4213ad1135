# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One process's share of a fleet: puts it together and runs it to its end.

    share = Share(plan)
    measured = share.run(on_sums)                # share.stop() from a signal handler ends it in order
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from chargerctl.fleet.charger.charger import Charger, Heard
from chargerctl.fleet.charger.heard import Several
from chargerctl.fleet.customers.customers import Customers
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.measuring.measuring import Measuring
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.world.world import open_world
from chargerctl.simulator.machine.clock import NEVER

_US = 1_000_000
_TELL_S = 1.0
# How long, after its end, the chargers have to deliver what they still have: a message is sent again after a minute.
_SETTLE_VIRTUAL_S, _SETTLE_S, _SETTLE_STOPPED_S = 300, 30, 5


OnSums = Callable[[Measured], object]
"""on_sums(measured): what was measured so far, about once a second of this computer's time."""


class Share:
    """plan.numbers of the chargers. heards: who watches them besides."""

    def __init__(self, plan: Plan, *heards: Heard) -> None:
        self._plan = plan
        self._opened = ExitStack()
        self._stops = 0
        self._began_s, self._cpu_s = time.monotonic(), time.process_time()
        self._world = open_world(plan)
        self._opened.callback(self._world.close)
        self._clock = self._world.clock
        self._measuring = Measuring(self._world.wall_us, Series(plan.duration_s), self._called)
        heard = Several(self._measuring, *heards)
        firmware = Firmware()
        self._chargers: list[Charger] = []
        self._customers: dict[str, Customers] = {}
        for number in plan.numbers:
            self._add(number, firmware, heard)

    def _add(self, number: int, firmware: Firmware, heard: Heard) -> None:
        plan, world = self._plan, self._world
        network = world.network(number)
        charger = Charger(
            firmware,
            self._clock,
            {**plan.settings, "CHARGER_SERIAL": plan.serial(number)},
            network.link,
            world.now_utc,
            heard,
            world.wall_us if plan.in_real_time else None,
            plan.urandom(number),
        )
        self._chargers.append(charger)
        self._measuring.add(charger)
        customers = self._customers[charger.serial] = Customers(
            charger,
            network.wifi,
            plan.random(number, "customers"),
            plan.arrivals_h,
            plan.stay_s,
            self._measuring.tally.customers,
        )
        at_us = plan.switched_on_us(number)
        self._clock.call_at(at_us, lambda: charger.power(True))
        self._clock.call_at(at_us, customers.start)

    def stop(self) -> None:
        """From a signal handler or another thread: end in order; called again: at once."""
        self._stops += 1
        self._world.time.post(lambda: None)

    def run(self, on_sums: OnSums) -> Measured:
        """To the end of the plan. What was measured, with what the central system has not confirmed until then."""
        plan, clock = self._plan, self._clock
        end_us = NEVER if plan.duration_s is None else int(plan.duration_s * _US)
        with self._opened:
            self._note_states()
            self._go(end_us, on_sums, lambda: self._stops > 0)
            fleet_s, stopped = clock.now_us / _US, self._stops > 0
            for each in self._customers.values():
                each.close()
            seconds = _SETTLE_STOPPED_S if stopped else _SETTLE_S if plan.in_real_time else _SETTLE_VIRTUAL_S
            self._go(clock.now_us + seconds * _US, on_sums, lambda: self._stops > 1 or self._settled)
            self._measuring.series.states(int(fleet_s * _US), self._measuring.tally.states)
            self._measuring.close(sum(each.unconfirmed for each in self._chargers))
            return self._measured(fleet_s, stopped)

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

    def _measured(self, fleet_s: float, stopped: bool) -> Measured:
        wall_s, cpu_s = time.monotonic() - self._began_s, time.process_time() - self._cpu_s
        return Measured(self._measuring.tally, self._measuring.series, fleet_s, wall_s, cpu_s, stopped)

    def _note_states(self) -> None:
        """At the end of each slot, what the chargers are."""
        series, clock = self._measuring.series, self._clock
        series.states(max(clock.now_us - 1, 0), self._measuring.tally.states)
        clock.call_at((clock.now_us // series.width_us + 1) * series.width_us, self._note_states)

    def _called(self, charger: Charger, action: str) -> None:
        if action == "RemoteStartTransaction":
            self._customers[charger.serial].call()
