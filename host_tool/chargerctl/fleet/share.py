# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One process's share of a fleet: its chargers with their customers and scripts, from the start to the end.

share = Share(plan)
measured = share.run(on_sums)                # share.stop() from a signal handler ends it in order
"""

from __future__ import annotations

from chargerctl.fleet.acting import Acting, checked, direct_central, wire_of
from chargerctl.fleet.chaos.faults import Faults
from chargerctl.fleet.chaos.judging import Judging
from chargerctl.fleet.charger.charger import Charger, Heard
from chargerctl.fleet.customers.customers import Customers
from chargerctl.fleet.measuring.failures import Failure
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.run import US, OnSums, Run
from chargerctl.fleet.script.playing import Actor
from chargerctl.fleet.world.world import World
from chargerctl.simulator.machine.clock import NEVER
from chargerctl.simulator.machine.events import Events

# How long, after its end, the chargers have to deliver what they still have. A message is sent again after a minute, then
# after two, then three; in real time a person waits for that.
_SETTLE_STOPPED_S = 5
_SETTLE_S = {"real": 30, "real chaos": 300, "virtual": 300, "virtual chaos": 1800}


class Share:
    """plan.numbers of the chargers. heards: who watches them besides."""

    def __init__(self, plan: Plan, *heards: Heard) -> None:
        """ScriptError for lines of scripts that this fleet cannot carry out, ChargerctlError where files for TLS cannot be
        used."""
        self._plan = plan
        self._heards = heards
        scripts = checked(plan)
        self._run = Run(plan, World(plan, direct_central(scripts)), self._called)
        self._acting = Acting(plan, scripts, self._run.notice)
        self._customers: dict[str, Customers] = {}
        self._faults: list[Faults] = []
        self._judging = Judging()
        for number in plan.numbers:
            self._add(number)

    def _add(self, number: int) -> None:
        plan, clock, surroundings = self._plan, self._run.clock, self._run.world.surroundings
        events = Events(clock)
        network = surroundings.network(number, events)
        judges = (self._judging,) if plan.chaos else ()
        heards = (*self._heards, *judges, *self._acting.heard(events, network))
        charger = self._run.add(number, network, *heards)
        counts = self._run.measuring.tally.customers
        customers = self._customers[charger.serial] = Customers(
            charger, network.wifi, plan.random(number, "customers"), plan.arrivals_h, plan.stay_s, counts
        )
        at_us = plan.switched_on_us(number)
        clock.call_at(at_us, lambda: charger.power(True))
        clock.call_at(at_us, customers.start)
        conversation = surroundings.conversation(number)
        self._acting.add(Actor(number, charger, wire_of(network), events, conversation))
        if plan.chaos:
            random, happened = plan.random(number, "chaos"), self._run.measuring.tally.faults
            faults = Faults(charger, network, random, happened, conversation)
            self._faults.append(faults)
            clock.call_at(at_us, faults.start)

    def stop(self) -> None:
        """From a signal handler or another thread: end in order; called again: at once."""
        self._run.stop()

    def run(self, on_sums: OnSums) -> Measured:
        """To the end of the plan. What was measured, with what the central system has not confirmed until then."""
        plan, run, clock = self._plan, self._run, self._run.clock
        with run.opened():
            end_us = NEVER if plan.duration_s is None else int(plan.duration_s * US)
            run.go(end_us, on_sums, lambda: run.stops > 0 or self._played)
            run.close_series()
            fleet_s, failures = clock.now_us / US, self._acting.failures
            connected = {each.serial: each.connected for each in run.chargers}
            for serial, each in self._customers.items():
                # A charger that lost its Wi-Fi joins again when its relay is open.
                each.close(leave=plan.chaos or not connected[serial])
            for faults in self._faults:
                faults.close()
            until_us = clock.now_us + self._settle_s * US
            run.go(until_us, on_sums, lambda: run.stops > 1 or self._settled)
            run.measuring.close(run.chargers)
            # Whom nobody waited for has not come back, and may have something to say.
            complaints = self._judging.close() if not run.stops else self._judging.complaints
            return run.end(fleet_s, [*failures, *(Failure(each, f"chaos: {each}") for each in complaints)])

    @property
    def _settle_s(self) -> int:
        if self._run.stops:
            return _SETTLE_STOPPED_S
        time = "real" if self._plan.in_real_time else "virtual"
        return _SETTLE_S[f"{time} chaos" if self._plan.chaos else time]

    @property
    def _played(self) -> bool:
        """Whether it ends with its scripts, and they are over."""
        return self._plan.duration_s is None and bool(self._plan.scripts) and not self._acting.left

    @property
    def _settled(self) -> bool:
        back = not self._plan.chaos or all(each.connected for each in self._run.chargers)
        return back and not any(each.unconfirmed for each in self._run.chargers)

    def _called(self, charger: Charger, action: str) -> None:
        if action == "RemoteStartTransaction":
            self._customers[charger.serial].call()
