# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Text is found where a person would read it, and nowhere else."""

from __future__ import annotations

import random

import pytest
from chargerctl.simulator.peripherals import font
from chargerctl.simulator.peripherals.panel import Ssd1306Panel
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image


@pytest.fixture
def panel(oled):
    return Ssd1306Panel(oled.chip)


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize(("scale", "x", "y"), [(1, 0, 0), (1, 37, 13), (1, 80, 52), (2, 0, 0), (2, 31, 40)])
def test_a_text_is_found_anywhere_at_both_scales_and_polarities(oled, panel, scale, x, y, inverted):
    oled.write("Charge", x, y, scale, inverted)
    assert panel.shows("Charge")
    assert panel.shows("harg")
    assert panel.lines() == ["Charge"]


@pytest.mark.parametrize("text", ["Charges", "charge", "Chorge", "Charge.", "C", "harge C"])
def test_another_text_is_not_found(oled, panel, text):
    oled.write("Charge", 20, 20)
    assert panel.shows(text) is (text == "C")


@pytest.mark.parametrize("scale", [1, 2])
def test_one_corrupted_column_of_a_glyph_is_noticed(oled, panel, scale):
    pages = oled.write("Charging", 7, 21, scale)
    assert panel.shows("Charging")
    for column in range(7, 7 + 8 * 6 * scale):
        broken = bytearray(pages)
        for page in range(8):
            broken[page * 128 + column] ^= 0xFF
        oled.fill(bytes(broken))
        assert not panel.shows("Charging")
    oled.fill(bytes(pages))
    assert panel.shows("Charging")


def test_one_wrong_pixel_is_noticed(oled, panel):
    pages = oled.write("Available", 10, 8)
    pages[128 + 10] ^= 0x10
    oled.fill(bytes(pages))
    assert not panel.shows("Available")


def test_nothing_is_shown_by_a_panel_that_is_off(oled, panel):
    oled.write("Available")
    oled.commands(b"\xae")
    assert not panel.shows("Available")
    assert panel.lines() == []
    assert set(panel.rows) == {"0" * 32}


def test_nothing_is_shown_by_a_panel_without_power(oled, panel):
    oled.write("Available")
    oled.chip.power(False)
    assert not panel.shows("Available")


@pytest.mark.parametrize("text", ["", "ümlaut", "22 characters are long"])
def test_a_text_that_cannot_stand_on_the_panel_is_not_found(oled, panel, text):
    oled.write("ok")
    assert not panel.shows(text)


def test_lines_of_any_scale_and_polarity_are_read_from_the_top(oled, panel, draw):
    pages = bytearray(1024)
    draw(pages, "A-B serial-001.x", 3, 0)
    draw(pages, " Charging ", 4, 13, 2, inverted=True)
    draw(pages, "10.0.0.2", 0, 38)
    draw(pages, "7.2 kWh", 70, 38)
    draw(pages, "2026-11-22 07:30", 0, 51)
    oled.fill(bytes(pages))
    assert panel.lines() == ["A-B serial-001.x", "Charging", "10.0.0.2", "7.2 kWh", "2026-11-22 07:30"]


def test_two_blanks_part_two_texts(oled, panel):
    oled.write("left  right side")
    assert panel.lines() == ["left", "right side"]


def test_lines_and_dots_alone_are_no_text(oled, panel):
    oled.write("_____ ----- .....")
    assert panel.lines() == []
    assert panel.shows("-----")


@given(text=st.text(font.CHARACTERS, min_size=1, max_size=10), x=st.integers(0, 8), y=st.integers(0, 40))
@settings(max_examples=settings.default.max_examples // 2)
def test_any_text_that_is_drawn_is_found(text, x, y):
    from chargerctl.simulator.peripherals.ssd1306 import Ssd1306

    pages = bytearray(1024)
    for index, character in enumerate(text):
        for row, bits in enumerate(font.glyphs()[character]):
            for column in range(6):
                if bits >> (5 - column) & 1:
                    pages[(y + row) // 8 * 128 + x + 6 * index + column] |= 1 << (y + row) % 8
    chip = Ssd1306()
    chip.write(bytes.fromhex("00 20 00 21 00 7F 22 00 07 A1 C8 8D 14 AF"))
    chip.write(b"\x40" + pages)
    assert Ssd1306Panel(chip).shows(text)


def test_reading_only_what_changed_reads_the_same(oled, panel, draw):
    """The panel looks again where it changed; a new one looks everywhere."""
    chance = random.Random(6)
    pages = bytearray(1024)
    for _ in range(120):
        text = "".join(chance.choices(font.CHARACTERS, k=chance.randint(1, 6)))
        scale = chance.choice((1, 1, 2))
        left, top = chance.randrange(128 - 6 * scale * len(text)), chance.randrange(65 - 12 * scale)
        draw(pages, text, left, top, scale, chance.random() < 0.3)
        oled.fill(bytes(pages))
        assert panel.lines() == Ssd1306Panel(oled.chip).lines()
        if chance.random() < 0.1:
            oled.commands(chance.choice((b"\xa7", b"\xa6", b"\xae", b"\xaf")))


def test_rows_are_the_picture_from_the_top_leftmost_pixel_highest(oled, panel):
    oled.commands(bytes.fromhex("21 00 7F 22 00 07"))
    oled.data(b"\x03\x01")
    assert len(panel.rows) == 64
    assert panel.rows[0] == "c" + "0" * 31
    assert panel.rows[1] == "8" + "0" * 31
    assert panel.rows[2] == "0" * 32


def test_a_png_shows_what_is_lit(oled, panel, tmp_path):
    oled.data(b"\x01")
    path = tmp_path / "panel.png"
    panel.png(path, zoom=2)
    with Image.open(path) as image:
        assert image.size == (256, 128)
        assert image.getpixel((0, 0)) != (0, 0, 0)
        assert image.getpixel((2, 0)) == (0, 0, 0)
