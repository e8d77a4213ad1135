# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Adafruit's own PN532 library works with the modelled chip, over both of its interfaces."""

from __future__ import annotations

import pytest

OVER_I2C = """
import board, busio
from adafruit_pn532.i2c import PN532_I2C
reader = PN532_I2C(busio.I2C(board.SCL, board.SDA, frequency=400000))
"""
OVER_SPI = """
import board, busio, digitalio
from adafruit_pn532.spi import PN532_SPI
cs = digitalio.DigitalInOut(board.D7)
reader = PN532_SPI(busio.SPI(board.SCK, board.MOSI, board.MISO), cs)
"""
READ = """
print("ready", reader.firmware_version)
for _ in range(100):
    uid = reader.read_passive_target(timeout=1)
    print(None if uid is None else bytes(uid).hex())
"""


@pytest.mark.parametrize(("kind", "program"), [("pn532_i2c", OVER_I2C), ("pn532_spi", OVER_SPI)])
def test_the_library_reads_a_card(bench_of, kind, program):
    bench = bench_of(hardware_card_reader=kind)
    bench.load(program + READ)
    bench.board.power(True)
    assert bench.board.run_until(lambda: "ready (50, 1, 6, 7)" in bench.printed, 8)
    bench.world.swipe("04a1b2c3d4e5f6", 0.3)
    assert bench.board.run_until(lambda: "04a1b2c3d4e5f6" in bench.printed, 5)
    bench.board.run_for(8)
    assert "None" in bench.printed
    assert bench.events("card", "uid") == [None, "04A1B2C3D4E5F6", None]


@pytest.mark.parametrize(("kind", "program"), [("pn532_i2c", OVER_I2C), ("pn532_spi", OVER_SPI)])
def test_a_dead_reader_is_not_found(bench_of, kind, program):
    bench = bench_of(hardware_card_reader=kind)
    bench.world.fail("reader")
    bench.load(program)
    bench.board.power(True)
    assert bench.board.run_until(lambda: bench.board.ended, 20)
    assert bench.board.ended.traceback is not None


def test_its_interrupt_is_on_the_pin_it_is_wired_to(bench_of):
    bench = bench_of(hardware_reader_irq_pin="D9")
    pin = bench.board.pins["D9"]
    levels = []
    pin.watch(lambda pin: levels.append(pin.level))
    bench.run(OVER_I2C)
    assert pin.level
    assert levels[-2:] == [False, True]
