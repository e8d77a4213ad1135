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

C6, PICO = "seeed_xiao_esp32c6", "raspberry_pi_pico_w"
CALL_US = 100


def i2c_of(board_id):
    """I2C on the board's usual pins, locked."""
    pins = ("board.GP5", "board.GP4") if board_id == PICO else ("board.SCL", "board.SDA")
    return I2C.replace("board.SCL, board.SDA", ", ".join(pins)) + "i2c.try_lock()\n"


def test_scan_finds_display_and_reader(bench):
    assert bench.run(I2C + "i2c.try_lock(); print([hex(a) for a in i2c.scan()])")[0:1] == ["['0x24', '0x3c']"]


def test_the_lock_is_held_once_and_needed(bench):
    out = bench.run(
        I2C
        + """
print(i2c.try_lock(), i2c.try_lock())
i2c.unlock()
attempt(lambda: i2c.writeto(0x3C, b"0"))
"""
    )
    assert out[0] == "True False"
    assert out[1].startswith("RuntimeError Function requires lock")


def test_a_transfer_takes_nine_bits_a_byte_and_its_address(bench):
    out = bench.run(I2C + "i2c.try_lock(); attempt(lambda: i2c.writeto(0x3C, bytes(999)))")
    assert int(out[0].split()[1]) == pytest.approx(1000 * 9 / 0.4 + CALL_US, abs=20)


def test_twice_the_costs_are_twice_the_time(bench):
    bench.board.costs.copy_from(bench.board.costs.scaled(2))
    out = bench.run(I2C + "i2c.try_lock(); attempt(lambda: i2c.writeto(0x3C, bytes(999)))")
    assert int(out[0].split()[1]) == pytest.approx(2 * (1000 * 9 / 0.4 + CALL_US), abs=40)


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


@pytest.mark.parametrize(("board_id", "name"), [(C6, "EIO"), (PICO, "ENODEV")])
def test_a_transfer_to_an_address_without_a_device_ends_after_one_byte(bench_of, board_id, name):
    out = bench_of(board_id).run(i2c_of(board_id) + "attempt(lambda: i2c.writeto(0x55, bytes(1000)))")
    assert out[0].startswith("OSError " + name)
    assert int(out[0].split()[2]) < CALL_US + 60


@pytest.mark.parametrize(("board_id", "name"), [(C6, "EIO"), (PICO, "ENODEV")])
def test_a_dead_device_answers_like_an_address_without_one(bench_of, board_id, name):
    bench = bench_of(board_id)
    bench.world.fail("display")
    out = bench.run(i2c_of(board_id) + "attempt(lambda: i2c.readfrom_into(0x3C, bytearray(1)))")
    assert out[0].startswith("OSError " + name)


@pytest.mark.parametrize(
    ("board_id", "version", "outcome"),
    [
        (C6, (9, 1, 4), "ok"),
        (C6, (9, 2, 0), "OSError EIO"),
        (C6, (10, 3, 0), "OSError EIO"),
        (PICO, (10, 3, 0), "ok"),
    ],
)
def test_esp32_refuses_to_send_nothing_from_9_2_on(bench_of, board_id, version, outcome):
    bench = bench_of(board_id)
    bench.board.version = version
    assert bench.run(i2c_of(board_id) + "attempt(lambda: i2c.writeto(0x3C, b''))")[0].startswith(outcome)


@pytest.mark.parametrize(("version", "there"), [((9, 1, 4), False), ((9, 2, 0), True)])
@pytest.mark.parametrize("module", ["busio", "bitbangio"])
def test_probe_exists_from_9_2_on(bench_of, module, version, there):
    bench = bench_of()
    bench.board.version = version
    assert bench.run(f"import {module}; print(hasattr({module}.I2C, 'probe'))")[0] == str(there)


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_probe_says_who_is_there_and_raises_nothing(bench_of, board_id):
    out = bench_of(board_id).run(
        i2c_of(board_id) + "print(i2c.probe(0x3C), i2c.probe(0x24), i2c.probe(0x55))"
    )
    assert out[0] == "True True False"


def test_the_chips_own_heap_can_be_used_up_which_is_no_oserror(bench_of):
    bench = bench_of(C6)
    bench.world.i2c.out_of_memory = True
    out = bench.run(
        i2c_of(C6)
        + """
try:
    i2c.readfrom_into(0x3C, bytearray(1))
except OSError:
    print("an OSError")
except MemoryError as error:
    print(repr(error), i2c.probe(0x3C))
"""
    )
    assert out[0] == "MemoryError() False"


def test_on_a_bus_held_low_none_can_be_made(bench):
    bench.world.hold_wire("sda")
    out = bench.run(I2C.replace("i2c =", "make = lambda:") + "attempt(make)")
    assert "No pull up found on SDA or SCL" in out[0]


def test_without_anything_on_it_there_are_no_pull_ups(bench_of):
    bench = bench_of(hardware_display="none", hardware_card_reader="none")
    out = bench.run(I2C.replace("i2c =", "make = lambda:") + "attempt(make)\nattempt(make)")
    assert "No pull up found on SDA or SCL" in out[0]
    assert "No pull up found on SDA or SCL" in out[1], "the pins were let go"


def test_a_stretched_clock_makes_transfers_longer(bench):
    bench.world.stretch_clock(5_000)
    out = bench.run(I2C + "i2c.try_lock(); attempt(lambda: i2c.writeto(0x3C, b'0'))")
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
