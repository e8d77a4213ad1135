# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Pulses to watt-hours and watts, with the simulator's meter at the contact."""

from typing import Any

import pytest
from chargerctl.simulator.machine.errors import EspMemoryError, IDFError
from chargerctl.simulator.peripherals.meter import S0Meter

from tests.whole.gate.conftest import make_charger as make_charger


class Installation:
    """A meter at the counter, and the load behind it."""

    def __init__(self, bench: Any, pulses_per_kwh: int) -> None:
        self.bench = bench

        def contact(closed: bool) -> None:
            bench.counter.count += closed

        self.load = S0Meter(bench.clock, pulses_per_kwh, contact)
        self.load.contactor(True)
        self.meter = bench.module("meter").Meter(object(), pulses_per_kwh, bench.say)

    def run(self, watts: int, seconds: int) -> None:
        self.load.power(watts)
        self.bench.run(self.meter.step, seconds * 1000)


@pytest.mark.parametrize("pulses_per_kwh", [1, 7, 500, 800, 1000, 10_000, 100_000])
def test_energy_is_what_the_pulses_say(bench: Any, pulses_per_kwh: int) -> None:
    installation = Installation(bench, pulses_per_kwh)
    installation.run(11_000, 400)
    assert installation.meter.energy_wh == installation.load.pulses * 1000 // pulses_per_kwh


@pytest.mark.parametrize(("watts", "seconds"), [(22_000, 20), (11_000, 20), (1400, 30), (230, 60), (60, 200)])
def test_power_is_right_within_a_twentieth(bench: Any, watts: int, seconds: int) -> None:
    installation = Installation(bench, 1000)
    installation.run(watts, seconds)
    assert installation.meter.power_w == pytest.approx(watts, rel=0.05)


def test_power_fades_when_the_load_goes(bench: Any) -> None:
    installation = Installation(bench, 1000)
    installation.run(11_000, 20)
    installation.run(0, 8)
    assert installation.meter.power_w < 1000
    installation.run(0, 120)
    assert installation.meter.power_w < 100


def test_power_follows_a_change_of_load(bench: Any) -> None:
    installation = Installation(bench, 1000)
    installation.run(3700, 30)
    installation.run(11_000, 15)
    assert installation.meter.power_w == pytest.approx(11_000, rel=0.05)


def test_no_number_leaves_the_31_bits_of_a_small_int(bench: Any) -> None:
    meter = bench.module("meter").Meter(object(), 1, bench.say)
    now = 0
    for _ in range(50):
        bench.counter.count += 1
        now += 3_600_000 // 22
        meter.step(now)
    assert meter.energy_wh == 50_000
    assert meter.power_w == pytest.approx(22_000, rel=0.05)
    assert 3_600_000 * 2 * 100 < 1 << 30


def test_a_pin_that_cannot_count_is_a_lost_meter_and_no_exception(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bench.module("meter")

    def refuse(pin: Any, **how: Any) -> None:
        raise ValueError("Pin must be on PWM Channel B")

    monkeypatch.setattr(made.countio, "Counter", refuse)
    meter = made.Meter(object(), 1000, bench.say)
    meter.step(0)
    assert meter.lost
    assert (meter.energy_wh, meter.power_w) == (0, 0)
    assert bench.log == [("meter", "lost: Pin must be on PWM Channel B")]


def test_without_a_meter_all_is_zero(bench: Any) -> None:
    meter = bench.module("absent").NoMeter()
    meter.step(0)
    assert (meter.energy_wh, meter.power_w, meter.lost) == (0, 0, False)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (IDFError("Requested resource not found"), "Requested resource not found"),
        (EspMemoryError(), "out of memory"),
        (MemoryError("memory allocation failed"), "out of memory"),
        (RuntimeError("Pin must be on PWM Channel B"), "Pin must be on PWM Channel B"),
    ],
)
def test_a_counter_that_cannot_be_had_loses_the_meter_and_nothing_else(
    make_charger: Any, error: Exception, words: str
) -> None:
    charger = make_charger(board_id="seeed_xiao_esp32c6")
    charger.board.parts["countio"] = error
    charger.charge()
    charger._mark = 0
    assert charger.said("meter  lost: " + words)
