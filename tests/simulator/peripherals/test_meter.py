# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Pulses are exact: as many as the energy that flowed, at the moment it had flowed."""

from __future__ import annotations

import pytest
from chargerctl.simulator.peripherals.meter import S0Meter
from hypothesis import given, settings
from hypothesis import strategies as st


class Bench:
    def __init__(self, clock, pulses_per_kwh=1000) -> None:
        self.clock = clock
        self.contact: list[tuple[int, bool]] = []
        self.meter = S0Meter(
            clock, pulses_per_kwh, lambda closed: self.contact.append((clock.now_us, closed))
        )

    @property
    def starts(self) -> list[int]:
        return [at_us for at_us, closed in self.contact if closed]


@pytest.fixture
def bench(clock):
    return Bench(clock)


def test_a_watt_hour_is_a_pulse_of_30_ms(bench):
    bench.meter.power(3600)
    bench.meter.contactor(True)
    bench.clock.spend(2_500_000)
    assert bench.contact == [(1_000_000, True), (1_030_000, False), (2_000_000, True), (2_030_000, False)]
    assert bench.meter.energy_wh == 2


def test_nothing_flows_while_the_contactor_is_open(bench):
    bench.meter.power(3600)
    bench.clock.spend(10_000_000)
    assert bench.contact == []


def test_what_has_flowed_survives_a_pause_and_a_change_of_power(bench):
    bench.meter.power(3600)
    bench.meter.contactor(True)
    bench.clock.spend(500_000)
    bench.meter.contactor(False)
    bench.clock.spend(5_000_000)
    bench.meter.power(1800)
    bench.meter.contactor(True)
    bench.clock.spend(1_000_000)
    assert bench.starts == [6_500_000]


def test_a_fast_meter_makes_half_its_period_of_a_pulse(clock):
    bench = Bench(clock, pulses_per_kwh=100_000)
    bench.meter.power(11_000)
    bench.meter.contactor(True)
    clock.spend(1_000_000)
    assert len(bench.starts) == 305
    assert bench.contact[1][0] - bench.contact[0][0] == 1636


def test_a_dead_meter_is_silent_and_counts_nothing(bench):
    bench.meter.power(3600)
    bench.meter.contactor(True)
    bench.meter.works(False)
    bench.clock.spend(10_000_000)
    assert bench.starts == []
    bench.meter.works(True)
    bench.clock.spend(1_000_000)
    assert bench.starts == [11_000_000]


def test_without_a_meter_nothing_is_pulsed(clock):
    bench = Bench(clock, pulses_per_kwh=0)
    bench.meter.power(3600)
    bench.meter.contactor(True)
    clock.spend(10_000_000)
    assert bench.contact == []
    assert bench.meter.energy_wh == 0


@given(steps=st.lists(st.tuples(st.integers(0, 22_000), st.integers(1, 30_000_000)), max_size=12))
@settings(deadline=None)
def test_pulses_stand_for_exactly_the_whole_watt_hours(steps):
    from chargerctl.simulator.machine.clock import Clock

    bench = Bench(Clock())
    bench.meter.contactor(True)
    for watts, us in steps:
        bench.meter.power(watts)
        bench.clock.spend(us)
    flowed = sum(watts * us for watts, us in steps)
    assert len(bench.starts) == flowed // 3_600_000_000
