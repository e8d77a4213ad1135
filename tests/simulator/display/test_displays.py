# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""displayio on the board: real libraries, Blinka's core behind its fence, pictures on the panel."""

from __future__ import annotations

import sys
import threading

import pytest

DISPLAY = """
import board, busio, displayio, terminalio, i2cdisplaybus, time
from adafruit_displayio_ssd1306 import SSD1306
displayio.release_displays()
i2c = busio.I2C(board.SCL, board.SDA, frequency=400000)
bus = i2cdisplaybus.I2CDisplayBus(i2c, device_address=0x3C)
display = SSD1306(bus, width=128, height=64, auto_refresh=False)
group = displayio.Group()
display.root_group = group
palette = displayio.Palette(2)
palette[1] = 0xFFFFFF
def text(words, x, y, scale=1):
    font = terminalio.FONT
    line = displayio.TileGrid(font.bitmap, pixel_shader=palette, width=len(words), tile_width=6, tile_height=12)
    for index, character in enumerate(words):
        line[index] = font.get_glyph(ord(character)).tile_index
    part = displayio.Group(scale=scale, x=x, y=y)
    part.append(line)
    group.append(part)
    return line
def timed(what):
    start = time.monotonic_ns()
    what()
    print((time.monotonic_ns() - start) // 1000 - 5)
"""


def test_a_text_drawn_by_displayio_is_found_on_the_panel(bench):
    bench.run(
        DISPLAY + "text('Available', 10, 20, 2); text('10.0.0.2', 0, 52); display.refresh(); time.sleep(0.1)"
    )
    assert bench.world.panel.lines() == ["Available", "10.0.0.2"]
    assert bench.events("display", "lines")[-1] == ["Available", "10.0.0.2"]
    assert bench.events("display", "rows")[-1] == bench.world.panel.rows


@pytest.mark.parametrize("module", ["label", "bitmap_label"])
def test_the_label_library_draws_in_the_same_font(bench, module):
    bench.run(
        DISPLAY
        + f"""
from adafruit_display_text import {module}
group.append({module}.Label(terminalio.FONT, text="Charging", scale=2, x=5, y=30))
group.append({module}.Label(terminalio.FONT, text="Rejected", color=0, background_color=0xFFFFFF, x=5, y=52))
display.refresh()
"""
    )
    assert bench.world.panel.shows("Charging")
    assert bench.world.panel.shows("Rejected")


def test_a_full_refresh_takes_its_bytes_and_pixels_an_unchanged_one_nothing_a_part_its_share(bench):
    full, unchanged, part = map(
        int,
        bench.run(
            DISPLAY
            + """
line = text("0123456789", 0, 16)
timed(display.refresh)
timed(display.refresh)
line[3] = 20
timed(display.refresh)
"""
        )[:3],
    )
    # 24.4 ms on the wire, and the pixels of ten characters.
    assert full == pytest.approx(24_400 + 720 * 7.5, abs=1_000)
    assert unchanged == 0
    assert part < 1_500


def test_the_display_outlives_its_program_and_keeps_its_pins_until_released(bench):
    program = DISPLAY + "text('Still here', 0, 0); display.refresh(); time.sleep(0.1)"
    bench.run(program)
    assert bench.world.panel.shows("Still here")
    bench.load(
        "import board, busio\ntry:\n    busio.I2C(board.SCL, board.SDA)\nexcept ValueError as error:\n    print(error)"
    )
    # Until the board listens.
    bench.board.run_for(0.1)
    bench.board.console.type(b"\x04")
    bench.board.run_for(2)
    assert "GPIO23 in use" in bench.printed
    assert bench.world.panel.shows("Still here")
    bench.load(program.replace("Still here", "Next"))
    bench.board.console.type(b"\x04")
    bench.board.run_for(2)
    assert bench.world.panel.lines() == ["Next"]


def test_a_second_display_without_release_is_refused(bench):
    out = bench.run(
        DISPLAY
        + """
try:
    i2cdisplaybus.I2CDisplayBus(i2c, device_address=0x3C)
except RuntimeError as error:
    print(error)
"""
    )
    assert out[0].startswith("Too many display busses")


def test_the_picture_stays_on_the_glass_through_a_reset(bench):
    bench.run(DISPLAY + "text('Still here', 0, 0); display.refresh()")
    bench.board.reset("button")
    assert bench.world.panel.shows("Still here")
    bench.board.run_for(3)
    assert bench.world.panel.lines() == ["Still here"]


def test_power_off_darkens_it(bench):
    bench.run(DISPLAY + "text('Still here', 0, 0); display.refresh(); time.sleep(0.1)")
    bench.board.power(False)
    bench.board.run_for(0.1)
    assert not bench.world.panel.on
    assert bench.events("display", "lines")[-1] == []


def test_a_display_that_is_not_there_is_said_so(bench):
    bench.world.fail("display")
    bench.load(DISPLAY)
    bench.board.power(True)
    bench.board.run_for(4)
    assert bench.board.ended.traceback.strip().endswith("ValueError: Unable to find I2C Display at 3c")


def test_a_display_that_goes_away_raises_nothing(bench):
    """CircuitPython ignores errors of the bus when it draws."""
    bench.load(DISPLAY + "text('Here', 0, 0)\ntime.sleep(1)\nprint(display.refresh())")
    bench.board.power(True)
    bench.board.run_until(lambda: bench.world.panel.on, 5)
    bench.world.fail("display")
    bench.board.run_for(2)
    assert "True" in bench.printed
    bench.world.repair("display")
    assert not bench.world.panel.on


def test_a_held_wire_costs_a_refresh_the_limit_of_each_of_its_transfers(bench):
    bench.load(DISPLAY + "text('Here', 0, 0)\ntime.sleep(1)\ntimed(display.refresh)")
    bench.board.power(True)
    bench.board.run_until(lambda: bench.world.panel.on, 5)
    bench.world.hold_wire("sda")
    bench.board.run_for(20)
    # Two halves, each with its columns, its pages and its pixels.
    assert [line for line in bench.printed if line.startswith("1200")]


@pytest.mark.parametrize(("version", "between"), [((10, 1, 3), True), ((10, 3, 0), False)])
def test_from_10_2_on_the_pixels_are_worked_out_before_the_region_is_sent(bench, version, between):
    bench.board.version = version
    moments = []
    bench.world.i2c.began = lambda us: moments.append(bench.board.clock.now_us)
    bench.run(DISPLAY + "text('Here', 0, 0)\ndisplay.refresh()\ntext('There', 0, 0)\ndisplay.refresh()")
    _column, page, pixels = moments[-3:]
    assert (pixels - page > 2_000) is between


def test_without_memory_for_a_transfer_a_refresh_fails_and_every_later_one_does_nothing(bench):
    bench.load(
        DISPLAY
        + """
line = text('Here', 0, 0)
display.refresh()
print("drawn")
time.sleep(1)
line[0] = 34
try:
    display.refresh()
except MemoryError:
    print("no memory", i2c.try_lock())
i2c.unlock()
time.sleep(1)
display.refresh()
displayio.release_displays()
bus = i2cdisplaybus.I2CDisplayBus(i2c, device_address=0x3C)
print("anew")
display = SSD1306(bus, width=128, height=64, auto_refresh=False)
display.root_group = group
display.refresh()
"""
    )
    bench.board.power(True)
    assert bench.board.run_until(lambda: "drawn" in bench.printed, 5)
    bench.world.i2c.out_of_memory = True
    assert bench.board.run_until(lambda: "no memory False" in bench.printed, 5)
    bench.world.i2c.out_of_memory = False
    assert bench.board.run_until(lambda: "anew" in bench.printed, 5)
    assert bench.world.panel.lines() == ["Here"]
    assert bench.board.run_until(lambda: bench.board.ended, 5)
    assert bench.world.panel.lines() == ["Bere"]


def test_auto_refresh_runs_on_the_boards_clock_and_stops_with_the_program(bench):
    bench.load(
        DISPLAY.replace("auto_refresh=False", "auto_refresh=True")
        + "line = text('AAA', 0, 0)\ntime.sleep(0.1)\nprint('drawn')\ntime.sleep(0.1)\nline[0] = 34\ntime.sleep(0.1)\n"
    )
    bench.board.power(True)
    bench.board.run_until(lambda: "drawn" in bench.printed, 5)
    assert bench.world.panel.lines() == ["AAA"]
    bench.board.run_for(2)
    assert bench.world.panel.lines() == ["BAA"]


def test_the_font_has_printable_ascii_only_and_no_offsets(bench):
    out = bench.run(
        """
import terminalio
print(terminalio.FONT.get_bounding_box(), terminalio.FONT.get_glyph(0xFC))
print(terminalio.FONT.get_glyph(ord("A"))[1:])
"""
    )
    assert out[:2] == ["(6, 12) None", "(33, 6, 12, 0, 0, 6, 0)"]


def test_vectorio_draws_too(bench):
    bench.run(
        DISPLAY
        + """
import vectorio
group.append(vectorio.Rectangle(pixel_shader=palette, width=3, height=2, x=1, y=1, color_index=1))
display.refresh()
"""
    )
    assert [row.strip("0") for row in bench.world.panel.rows[:4]] == ["", "7", "7", ""]


def test_nothing_of_blinka_enters_the_laptops_modules_or_threads(bench):
    before, threads = set(sys.modules), set(threading.enumerate())
    bench.run(DISPLAY + "display.refresh()")
    assert not {"displayio", "busio", "digitalio", "board", "microcontroller", "busdisplay"} & set(
        sys.modules
    )
    assert not {name for name in set(sys.modules) - before if name.startswith(("adafruit", "displayio"))}
    # Tests that ran before may have left threads of their own.
    assert {thread.name for thread in set(threading.enumerate()) - threads} <= {"board"}
