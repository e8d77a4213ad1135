# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Callable

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.peripherals import font
from chargerctl.simulator.peripherals.ssd1306 import Ssd1306

# What adafruit_displayio_ssd1306 3.0.6 sends at first, command bytes only.
INIT = bytes.fromhex("AE 20 00 81 CF A1 A6 C8 A8 3F D5 80 D9 F1 DA 12 DB 40 8D 14 AF")


class Oled:
    """An SSD1306 that is set up, and a hand to write into it."""

    def __init__(self) -> None:
        self.chip = Ssd1306()
        self.commands(INIT)
        self.fill(bytes(1024))

    def commands(self, commands: bytes) -> None:
        self.chip.write(b"\x00" + commands)

    def data(self, data: bytes) -> None:
        self.chip.write(b"\x40" + data)

    def fill(self, pages: bytes) -> None:
        """The whole memory, page by page, in horizontal mode."""
        self.commands(bytes.fromhex("20 00 21 00 7F 22 00 07"))
        self.data(pages)

    def write(self, text: str, x: int = 0, y: int = 0, scale: int = 1, inverted: bool = False) -> bytearray:
        """Nothing but `text`, drawn glyph by glyph; what was sent comes back."""
        pages = bytearray(1024)
        draw(pages, text, x, y, scale, inverted)
        self.fill(bytes(pages))
        return pages


def draw(pages: bytearray, text: str, x: int, y: int, scale: int = 1, inverted: bool = False) -> None:
    for index, character in enumerate(text):
        for row, bits in enumerate(font.glyphs()[character]):
            for column in range(6):
                lit = bool(bits >> (5 - column) & 1) != inverted
                for px in range(scale):
                    for py in range(scale):
                        left = x + (6 * index + column) * scale + px
                        top = y + row * scale + py
                        at, bit = top // 8 * 128 + left, 1 << top % 8
                        pages[at] = pages[at] | bit if lit else pages[at] & ~bit


@pytest.fixture
def oled() -> Oled:
    return Oled()


@pytest.fixture(name="draw")
def draw_fixture() -> Callable[..., None]:
    return draw


@pytest.fixture
def clock() -> Clock:
    return Clock()
