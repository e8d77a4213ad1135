# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts of a fleet's charger, without the charger."""

import pytest
from chargerctl.fleet.charger.nvm import Medium, Store
from chargerctl.fleet.charger.parts import Auxiliary, Meter, Reader, Relay
from chargerctl.simulator.machine.clock import Clock


class Bench:
    """A relay with a meter behind it."""

    def __init__(self):
        self.clock = Clock()
        self.pulses = []
        self.relay = Relay(lambda part: self.meter.contactor_moved())
        self.meter = Meter(self.clock, self.relay, lambda: self.pulses.append(self.clock.now_us / 1e6))

    def wait(self, seconds):
        self.clock.spend(round(seconds * 1e6))


@pytest.fixture
def bench():
    return Bench()


def test_energy_flows_while_the_relay_is_closed(bench):
    bench.meter.power(3600)
    bench.wait(10)
    assert (bench.meter.energy_wh, bench.meter.power_w) == (0, 0)
    bench.relay.close()
    bench.wait(10.5)
    assert (bench.meter.energy_wh, bench.meter.power_w) == (10, 3600)
    bench.relay.open()
    bench.wait(10)
    assert (bench.meter.energy_wh, bench.meter.power_w) == (10, 0)


def test_what_has_flowed_of_a_watt_hour_is_kept(bench):
    bench.meter.power(3600)
    for _ in range(4):
        bench.relay.close()
        bench.wait(0.5)
        bench.relay.open()
    assert bench.meter.energy_wh == 2


def test_a_meter_that_does_not_work_counts_nothing(bench):
    bench.relay.close()
    bench.meter.power(3600)
    bench.wait(5)
    bench.meter.works(False)
    bench.wait(5)
    assert (bench.meter.energy_wh, bench.meter.power_w) == (5, 0)
    bench.meter.works(True)
    bench.wait(5)
    assert bench.meter.energy_wh == 10


def test_the_first_pulse_after_a_change_is_noticed_and_later_one_a_minute(bench):
    bench.relay.close()
    bench.meter.power(3600)
    bench.wait(200)
    assert bench.pulses == [1, 61, 121, 181]
    bench.pulses.clear()
    bench.meter.power(36)
    bench.wait(300)
    assert bench.pulses == [300, 400, 500]


def test_a_pulse_that_is_awaited_is_noticed(bench):
    bench.meter = Meter(
        bench.clock,
        bench.relay,
        lambda: bench.pulses.append(bench.meter.energy_wh),
        lambda: 100 - bench.meter.energy_wh,
    )
    bench.relay.close()
    bench.meter.power(3600)
    bench.wait(100)
    assert bench.pulses == [1, 61, 100]


def test_a_contactor_that_is_stuck_does_not_follow(bench):
    auxiliary = Auxiliary(bench.relay)
    bench.relay.stuck = True
    assert auxiliary.pressed()
    bench.relay.stuck = False
    bench.relay.close()
    assert not auxiliary.pressed()


class Health:
    """As the firmware's: due again two seconds after a failure."""

    def __init__(self):
        self.lost = False
        self.retry = None

    def fail(self, now, why):
        self.lost, self.retry = True, now + 2000

    def work(self):
        self.lost = False

    def due(self, now):
        return self.retry is None or now >= self.retry


def test_a_card_is_reported_once():
    reader = Reader()
    reader.start(Health())
    reader.card = "04A1B2C3"
    assert [reader.step(0), reader.step(5)] == ["04A1B2C3", None]
    reader.card = None
    assert reader.step(10) is None
    reader.card = "04A1B2C3"
    assert reader.step(15) == "04A1B2C3"


def test_a_reader_is_lost_until_it_is_tried_again():
    reader = Reader()
    reader.start(Health())
    reader.cut, reader.card = True, "04A1B2C3"
    assert (reader.step(0), reader.lost) == (None, True)
    reader.cut = False
    assert (reader.step(1000), reader.lost) == (None, True)
    assert (reader.step(2000), reader.lost) == ("04A1B2C3", False)


def test_the_medium_keeps_what_is_written_and_is_blank_elsewhere():
    medium = Medium()
    medium.append(4, b"abc")
    assert medium.read(0, 0, 8) == b"\xff\xff\xff\xffabc\xff"
    medium.replace(b"xy")
    assert medium.read(0, 0, 4) == b"xy\xff\xff"
    assert len(medium.read(0, 0, medium.size)) == medium.size
    assert len(medium.read(0, medium.size - 2, 8)) == 2


def test_a_store_keeps_a_fault_without_its_text():
    store = Store()
    store.save(3, "PowerSwitchFailure: stuck open", True)
    assert (store.crash_count, store.fault, store.failing) == (3, "PowerSwitchFailure", True)
    store.save(0, None)
    assert (store.crash_count, store.fault, store.failing) == (0, None, True)


def test_only_the_first_start_is_the_first():
    store = Store()
    assert [store.first(), store.first()] == [True, False]


def test_a_part_tells_only_what_has_changed():
    told = []
    relay = Relay(told.append)
    relay.open()
    relay.close()
    relay.close()
    assert told == ["relay"]
    assert relay.contactor_closed
