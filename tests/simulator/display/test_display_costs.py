# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The table of costs against what a CircuitPython build took on an emulated RP2040, with these layers on its display."""

from __future__ import annotations

import pytest

# Three lines of text, and a white band with five empty grids over it, one of them filled: the firmware's first layout.
LAYERS = """
import board, busio, time, terminalio
from adafruit_displayio_ssd1306 import SSD1306
from displayio import Bitmap, Group, Palette, TileGrid
from i2cdisplaybus import I2CDisplayBus
i2c = busio.I2C(board.GP5, board.GP4, frequency=400000)
light, dark, white = Palette(2), Palette(2), Palette(1)
light[1] = 0xFFFFFF
dark.make_transparent(0)
white[0] = 0xFFFFFF
SPACE = terminalio.FONT.get_glyph(32).tile_index
def line(palette, columns, x, y):
    return TileGrid(terminalio.FONT.bitmap, pixel_shader=palette, width=columns, height=1, tile_width=6,
        tile_height=12, default_tile=SPACE, x=x, y=y)
def write(grid, text):
    for column in range(len(text)):
        grid[column] = terminalio.FONT.get_glyph(ord(text[column])).tile_index
even, odd = line(dark, 10, 0, 0), line(dark, 9, 3, 0)
doubled, group = Group(scale=2, x=4, y=15), Group()
doubled.append(even)
doubled.append(odd)
group.append(TileGrid(Bitmap(8, 5, 2), pixel_shader=white, width=16, height=5, y=15))
group.append(doubled)
top, single, upper, lower, middle, bottom = [
    line(palette, 21, 1, y)
    for palette, y in ((light, 1), (dark, 21), (dark, 15), (dark, 27), (light, 40), (light, 52))]
for grid in (top, single, upper, lower, middle, bottom):
    group.append(grid)
def timed(name, what):
    start = time.monotonic_ns()
    what()
    print(name, (time.monotonic_ns() - start) // 1000000)
def set_up():
    global panel
    panel = SSD1306(I2CDisplayBus(i2c, device_address=0x3C), width=128, height=64, auto_refresh=False)
    for grid, text in ((top, "..charger-1a2b3c"), (odd, "Available"), (middle, "192.168.1.23"), (bottom, "07:30")):
        write(grid, text)
    panel.root_group = group
    panel.refresh()
def whole():
    panel.root_group = None
    panel.root_group = group
    panel.refresh()
def band(word):
    write(odd, word)
    panel.refresh()
def probe():
    i2c.try_lock()
    i2c.readfrom_into(0x3C, bytearray(1))
timed("set-up", set_up)
timed("whole", whole)
timed("band", lambda: band("Preparing"))
for grid in (even, single, upper, lower):
    grid.hidden = True
panel.refresh()
timed("hidden", lambda: band("Available"))
start = time.monotonic_ns()
probe()
print("probe", (time.monotonic_ns() - start) // 10000)
"""


def test_they_reproduce_what_was_measured(bench_of):
    out = dict(line.split() for line in bench_of("raspberry_pi_pico_w").run(LAYERS) if " " in line)
    milliseconds = {name: int(value) for name, value in out.items()}
    assert milliseconds["set-up"] == pytest.approx(345, rel=0.03)
    assert milliseconds["whole"] == pytest.approx(113, rel=0.03)
    assert milliseconds["band"] == pytest.approx(64, rel=0.05)
    assert milliseconds["band"] - milliseconds["hidden"] == pytest.approx(64 / 3, rel=0.1)
    assert milliseconds["probe"] == pytest.approx(14, abs=1), "hundredths of a millisecond"
