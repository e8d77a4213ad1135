# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An energy meter with an S0 output (EN 62053-31): a contact that closes to ground once for so much energy.

The meter sees `power_w` while the contactor is closed. Pulse positions are exact: energy is counted in
watt-microseconds, and a change of power takes along what has already flowed.
"""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock, Timer
from chargerctl.simulator.peripherals.contacts import to_ground
from chargerctl.simulator.peripherals.part import Part

_KWH = 1000 * 3600 * 1_000_000  # in watt-microseconds
# The standard asks for 30 ms at least; a fast meter makes half its period of it.
PULSE_US = 30_000


class S0Meter:
    """`contact(closed)` is its output; closed is a pulse."""

    def __init__(self, clock: Clock, pulses_per_kwh: int, contact: Callable[[bool], object]) -> None:
        self._clock = clock
        self._contact = contact
        self._pulses_per_kwh = pulses_per_kwh
        self._power_w = 0
        self._flowing = False
        self._alive = True
        # Energy since the last pulse, in watt-microseconds times pulses per kWh: a pulse is due at _KWH.
        self._since = 0
        self._counted_us = clock.now_us
        self._pulse: Timer | None = None
        self._release: Timer | None = None
        self.pulses = 0

    @property
    def energy_wh(self) -> float:
        """The energy that the pulses so far count, in watt-hours."""
        return self.pulses * 1000 / self._pulses_per_kwh if self._pulses_per_kwh else 0.0

    def power(self, watts: int) -> None:
        """What the vehicle draws while the contactor is closed, in watts."""
        self._count()
        self._power_w = watts
        self._plan()

    def contactor(self, closed: bool) -> None:
        self._count()
        self._flowing = closed
        self._plan()

    def works(self, alive: bool) -> None:
        """Whether it makes pulses; a dead meter counts nothing."""
        self._count()
        self._alive = alive
        self._plan()

    def _rate(self) -> int:
        return self._power_w * self._pulses_per_kwh if self._flowing and self._alive else 0

    def _count(self) -> None:
        now_us = self._clock.now_us
        self._since += self._rate() * (now_us - self._counted_us)
        self._counted_us = now_us

    def _plan(self) -> None:
        if self._pulse is not None:
            self._pulse.cancel()
            self._pulse = None
        rate = self._rate()
        if rate:
            missing = max(_KWH - self._since, 0)
            self._pulse = self._clock.call_in(-(-missing // rate), self._pulse_due)

    def _pulse_due(self) -> None:
        self._count()
        self._since -= _KWH
        self.pulses += 1
        if self._release is not None:
            self._release.cancel()
        self._contact(True)
        period_us = _KWH // self._rate()
        self._release = self._clock.call_in(min(PULSE_US, period_us // 2), self._pulse_over)
        self._plan()

    def _pulse_over(self) -> None:
        self._release = None
        self._contact(False)


class Meter(Part):
    """The meter behind the contactor. It has no events, and lives on the mains: the board's supply does not matter."""

    name = "meter"
    can_fail = True

    def _connect(self) -> None:
        pulses_per_kwh = self._pinout.setting("meter_pulses_per_kwh") or 0
        self.output = S0Meter(self._clock, pulses_per_kwh, to_ground(self._pin))

    def supply(self, powered: bool, connected: bool) -> None:
        self.output.works(connected)
