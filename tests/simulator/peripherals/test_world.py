# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger around the board: where its parts are wired, what a person does, and the events about it."""

from __future__ import annotations

import pytest
from chargerctl.errors import InputError
from chargerctl.simulator.machine.pins import Pull

RELAY = """
import board, digitalio, time
relay = digitalio.DigitalInOut(board.{pin})
relay.switch_to_output(value={on})
time.sleep(1)
relay.value = {off}
time.sleep(1)
"""
NOTHING = "import time\nwhile True:\n    time.sleep(1)\n"


@pytest.fixture
def idle(bench):
    bench.load(NOTHING)
    bench.board.power(True)
    bench.board.run_for(3)
    bench.seen.clear()
    return bench


@pytest.mark.parametrize(("active", "on"), [("high", True), ("low", False)])
def test_the_relay_is_what_its_pin_says(bench_of, active, on):
    bench = bench_of(hardware_relay_active=active)
    bench.run(RELAY.format(pin="D2", on=on, off=not on))
    assert bench.events("relay", "closed") == [False, True, False]


def test_another_pin_is_not_the_relay(bench):
    bench.run(RELAY.format(pin="D10", on=True, off=False))
    assert bench.events("relay", "closed") == [False]


def test_the_settings_say_which_pin_it_is(bench_of):
    bench = bench_of(hardware_relay_pin="D10")
    bench.run(RELAY.format(pin="D10", on=True, off=False))
    assert bench.events("relay", "closed") == [False, True, False]


@pytest.mark.parametrize("active", ["high", "low"])
@pytest.mark.parametrize("board_id", ["seeed_xiao_esp32c6", "raspberry_pi_pico_w"])
def test_relay_and_lock_are_off_when_no_program_runs(bench_of, board_id, active):
    """An ESP32 pulls its pins up then, an RP2 lets go: the resistors that the wiring asks for decide."""
    bench = bench_of(board_id, hardware_relay_active=active, hardware_lock_active=active)
    bench.run("print()")
    bench.board.run_for(1)
    assert bench.events("relay", "closed") == [False]
    assert bench.events("lock", "locked") == [False]


def test_a_pull_up_alone_would_close_it(bench):
    """Why the wiring asks for a strong pull-down."""
    bench.run("print()")
    pin = bench.board.pins["D2"]
    pin.external(None)
    pin.pull(Pull.UP)
    assert bench.world.relay_closed


def test_all_states_are_reported_after_each_power_on(bench):
    bench.load(NOTHING)
    bench.world.plug()
    bench.seen.clear()
    bench.board.power(True)
    bench.board.run_for(0.1)
    kinds = [event["kind"] for event in bench.seen]
    assert kinds[0] == "power"
    assert {"relay", "lock", "led", "cable", "card", "display"} <= set(kinds)
    assert bench.events("cable", "plugged") == [True]
    bench.board.power(False)
    bench.board.power(True)
    bench.seen.clear()
    bench.board.run_for(0.1)
    assert bench.events("cable", "plugged") == [True]
    assert bench.events("relay", "closed") == [False]


def test_power_off_opens_relay_and_lock_and_darkens_the_light(bench):
    bench.load(RELAY.format(pin="D2", on=True, off=False))
    bench.board.power(True)
    bench.board.run_until(lambda: bench.world.relay_closed, 5)
    bench.board.power(False)
    assert not bench.world.relay_closed
    assert bench.world.led_rgb == (0, 0, 0)


def test_the_cable_pulls_its_pin_to_ground(idle):
    pin = idle.board.pins["D1"]
    assert pin.level
    idle.world.plug()
    assert not pin.level
    idle.world.plug()
    idle.world.unplug()
    assert pin.level
    assert idle.events("cable", "plugged") == [True, False]


def test_the_emergency_stop_is_normally_closed_the_service_button_open(bench_of):
    bench = bench_of(hardware_estop_pin="D10")
    estop, service = bench.board.pins["D10"], bench.board.pins["MTCK"]
    for pin in (estop, service):
        pin.pull(Pull.UP)
    assert (estop.level, service.level) == (False, True)
    bench.world.press("estop")
    bench.world.press("service")
    assert (estop.level, service.level) == (True, False)
    bench.world.release("estop")
    bench.world.release("service")
    assert (estop.level, service.level) == (False, True)


def test_a_button_that_is_not_there_cannot_be_pressed(bench):
    with pytest.raises(InputError, match="no estop button"):
        bench.world.press("estop")


def test_a_card_is_held_and_the_next_waits_for_half_a_second_without(idle):
    start = idle.board.clock.now_us
    idle.world.swipe("deadbeef", 0.5)
    idle.world.swipe("01020304", 1)
    idle.board.run_for(4)
    events = [
        ((event["t"] * 1e6 - start) / 1e6, event["uid"]) for event in idle.seen if event["kind"] == "card"
    ]
    assert [uid for _, uid in events] == ["DEADBEEF", None, "01020304", None]
    assert [at for at, _ in events] == pytest.approx([0, 0.5, 1.0, 2.0])


def test_the_meter_sees_power_while_the_relay_is_closed(bench):
    bench.load(RELAY.format(pin="D2", on=True, off=False).replace("sleep(1)", "sleep(2.4)"))
    bench.world.meter(7.2)
    falls = []
    meter = bench.board.pins["MTDO"]
    meter.watch(lambda pin: falls.append(bench.board.clock.now_us) if not pin.level else None)
    bench.board.power(True)
    bench.board.run_for(10)
    assert [later - earlier for earlier, later in zip(falls[-4:], falls[-3:], strict=False)] == [500_000] * 3
    assert bench.world.metered_wh == 4


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"hardware_display": "none"}, "display"),
        ({"hardware_card_reader": "none"}, "reader"),
        ({"hardware_led_pin": "none"}, "led"),
        ({"hardware_meter_pin": "none"}, "meter"),
    ],
)
def test_a_part_that_is_not_there_cannot_fail(bench_of, settings, part):
    with pytest.raises(InputError, match=f"no {part}"):
        bench_of(**settings).world.fail(part)


def test_a_failed_part_comes_back_as_at_power_on(bench):
    light = """
import board, digitalio, neopixel_write, time
pin = digitalio.DigitalInOut(board.D0)
pin.switch_to_output()
while True:
    neopixel_write.neopixel_write(pin, b"\\x14\\x00\\x00")
    time.sleep(2)
"""
    bench.load(light)
    bench.board.power(True)
    assert bench.board.run_until(lambda: bench.world.led_rgb == (0, 20, 0), 5)
    bench.world.fail("led")
    assert bench.world.led_rgb == (0, 0, 0)
    bench.board.run_for(3)
    assert bench.world.led_rgb == (0, 0, 0)
    bench.world.repair("led")
    assert bench.world.led_rgb == (0, 0, 0)
    bench.board.run_for(3)
    assert bench.world.led_rgb == (0, 20, 0)


def test_a_part_that_failed_before_stays_dead_through_power_off_and_on(bench):
    bench.world.fail("display")
    out = bench.run(
        "import board, busio\ni2c = busio.I2C(board.SCL, board.SDA)\ni2c.try_lock()\nprint(i2c.scan())"
    )
    assert out == ["[36]"]


def test_settings_that_make_no_sense_raise_nothing(bench_of):
    bench = bench_of(
        hardware_relay_pin="NOWHERE", hardware_relay_active="sideways", hardware_meter_pulses_per_kwh="x"
    )
    assert not bench.world.relay_closed
    bench.world.meter(5)
    bench.run("print()")
