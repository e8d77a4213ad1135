# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""busio, countio and neopixel_write, as programs on the board see them."""

from __future__ import annotations

import pytest

I2C = """
import board, busio, errno, time, supervisor
i2c = busio.I2C(board.SCL, board.SDA, frequency=400000)
def attempt(what):
    start = time.monotonic_ns()
    try:
        what()
        result = "ok"
    except (OSError, ValueError, RuntimeError) as error:
        name = errno.errorcode.get(error.errno, error.errno) if isinstance(error, OSError) else error
        result = type(error).__name__ + " " + str(name)
    print(result, (time.monotonic_ns() - start) // 1000)
"""


def test_scan_finds_display_and_reader(bench):
    assert bench.run(I2C + "i2c.try_lock(); print([hex(a) for a in i2c.scan()])")[0:1] == ["['0x24', '0x3c']"]


def test_the_lock_is_held_once_and_needed(bench):
    out = bench.run(
        I2C
        + """
print(i2c.try_lock(), i2c.try_lock())
i2c.unlock()
attempt(lambda: i2c.writeto(0x3C, b""))
"""
    )
    assert out[0] == "True False"
    assert out[1].startswith("RuntimeError Function requires lock")


def test_a_transfer_takes_nine_bits_a_byte_and_its_address(bench):
    out = bench.run(I2C + "i2c.try_lock(); attempt(lambda: i2c.writeto(0x3C, bytes(999)))")
    assert int(out[0].split()[1]) == pytest.approx(1000 * 9 / 0.4, abs=20)


def test_twice_the_costs_are_twice_the_time(bench):
    bench.board.costs = bench.board.costs.scaled(2)
    out = bench.run(I2C + "i2c.try_lock(); attempt(lambda: i2c.writeto(0x3C, bytes(999)))")
    assert int(out[0].split()[1]) == pytest.approx(2 * 1000 * 9 / 0.4, abs=40)


def test_slices_are_sent_and_filled_in_place(bench):
    out = bench.run(
        I2C
        + """
i2c.try_lock()
i2c.writeto(0x3C, bytes([9, 9, 0x00, 0xAF]), start=2)
answer = bytearray(b"....")
i2c.readfrom_into(0x3C, answer, start=1, end=3)
print(answer)
i2c.writeto_then_readfrom(0x3C, b"\\x00\\xAE", answer, in_end=1)
print(answer)
"""
    )
    assert out[:2] == ["bytearray(b'.\\x00\\x00.')", "bytearray(b'@\\x00\\x00.')"]


def test_an_address_that_nobody_has_is_enodev_after_one_byte(bench):
    out = bench.run(I2C + "i2c.try_lock(); attempt(lambda: i2c.writeto(0x55, bytes(1000)))")
    kind, name, us = out[0].split()
    assert (kind, name) == ("OSError", "ENODEV")
    assert int(us) < 60


def test_a_dead_device_is_enodev(bench):
    bench.world.fail("display")
    out = bench.run(I2C + "i2c.try_lock(); attempt(lambda: i2c.writeto(0x3C, b''))")
    assert out[0].startswith("OSError ENODEV")


@pytest.mark.parametrize("call", ["writeto(0x24, b'1')", "readfrom_into(0x24, bytearray(1))"])
def test_a_bus_held_low_stands_still_for_a_second(bench, call):
    bench.load(I2C + "i2c.try_lock(); print('go'); time.sleep(1)\n" + f"attempt(lambda: i2c.{call})\n" * 2)
    bench.board.power(True)
    bench.board.run_until(lambda: "go" in bench.printed, 5)
    bench.world.hold_sda(True)
    bench.board.run_for(1.5)
    bench.world.hold_sda(False)
    bench.board.run_for(1)
    first, second = [line for line in bench.printed if "ETIMEDOUT" in line or line.startswith("ok")]
    assert "ETIMEDOUT 10000" in first
    assert second.startswith("ok")


def test_on_a_bus_held_low_none_can_be_made(bench):
    bench.world.hold_sda(True)
    out = bench.run(I2C.replace("i2c =", "make = lambda:") + "attempt(make)")
    assert "No pull up found on SDA or SCL" in out[0]


def test_without_anything_on_it_there_are_no_pull_ups(bench_of):
    bench = bench_of(hardware_display="none", hardware_card_reader="none")
    out = bench.run(I2C.replace("i2c =", "make = lambda:") + "attempt(make)\nattempt(make)")
    assert "No pull up found on SDA or SCL" in out[0]
    assert "No pull up found on SDA or SCL" in out[1], "the pins were let go"


def test_a_stretched_clock_makes_transfers_longer(bench):
    bench.world.stretch_clock(5_000)
    out = bench.run(I2C + "i2c.try_lock(); attempt(lambda: i2c.writeto(0x3C, b''))")
    assert int(out[0].split()[1]) > 5_000


def test_pins_in_use_are_refused_and_freed_by_deinit(bench):
    out = bench.run(
        I2C
        + """
make = lambda: busio.I2C(board.SCL, board.SDA)
attempt(make)
i2c.deinit()
attempt(lambda: i2c.try_lock())
attempt(make)
"""
    )
    assert out[0].startswith("ValueError GPIO23 in use")
    assert out[1].startswith("ValueError Object has been deinitialized")
    assert out[2].startswith("ok")


@pytest.mark.parametrize(("pins", "works"), [("GP5, board.GP4", True), ("GP4, board.GP5", False)])
def test_rp2_has_its_own_idea_of_pairs(bench_of, pins, works):
    bench = bench_of("raspberry_pi_pico_w")
    out = bench.run(
        f"""
import board, busio
try:
    busio.I2C(board.{pins})
    print("ok")
except ValueError as error:
    print(error)
"""
    )
    assert out[0] == ("ok" if works else "Invalid pins")


COUNTER = """
import board, countio, digitalio, time
counter = countio.Counter(board.{pin}, edge=countio.Edge.{edge}, pull=digitalio.Pull.UP)
time.sleep(2.5)
print(counter.count)
counter.reset()
print(counter.count)
"""


def metered(bench, edge):
    bench.load(COUNTER.format(pin="MTDO", edge=edge))
    bench.board.power(True)
    bench.board.run_for(0.5)
    # No relay in this program: the vehicle draws from the start.
    bench.board.pins["D2"].external(True)
    bench.world.meter(3.6)
    bench.board.run_for(6)
    return [int(line) for line in bench.printed if line.isdigit()]


@pytest.mark.parametrize(("edge", "factor"), [("FALL", 1), ("RISE", 1), ("RISE_AND_FALL", 2)])
def test_countio_counts_the_meters_pulses(bench, edge, factor):
    counted, cleared = metered(bench, edge)
    assert counted in (factor, 2 * factor, 3 * factor)
    assert cleared == 0


def test_countio_of_rp2_needs_an_odd_pin_and_one_edge(bench_of):
    bench = bench_of("raspberry_pi_pico_w")
    out = bench.run(
        """
import board, countio
from countio import Edge
for pin, edge in ((board.GP14, Edge.FALL), (board.GP15, Edge.RISE_AND_FALL), (board.GP15, Edge.FALL)):
    try:
        countio.Counter(pin, edge=edge)
        print("ok")
    except (RuntimeError, NotImplementedError) as error:
        print(error)
"""
    )
    assert out[:3] == ["Pin must be on PWM Channel B", "RISE_AND_FALL not available on this chip", "ok"]


NEOPIXEL = """
import board, digitalio, neopixel_write, time
pin = digitalio.DigitalInOut(board.{pin})
pin.switch_to_output()
neopixel_write.neopixel_write(pin, bytearray([0x14, 0x00, 0x05]))
"""


def test_neopixel_bits_reach_the_light(bench):
    bench.run(NEOPIXEL.format(pin="D0"))
    assert bench.world.led_rgb == (0x00, 0x14, 0x05)
    assert bench.events("led", "rgb") == ["000000", "001405"]


def test_bits_on_another_pin_do_not(bench):
    bench.run(NEOPIXEL.format(pin="D10"))
    assert bench.world.led_rgb == (0, 0, 0)


def test_a_light_with_a_switched_supply_needs_it_on(bench_of):
    bench = bench_of("adafruit_feather_esp32s3_nopsram")
    power = """
power = digitalio.DigitalInOut(board.NEOPIXEL_POWER)
power.switch_to_output({on})
"""
    program = NEOPIXEL.format(pin="NEOPIXEL")
    bench.run(program.replace("pin.switch", power.format(on=False) + "pin.switch") + "time.sleep(0.1)")
    assert bench.events("led", "rgb") == ["000000"]
