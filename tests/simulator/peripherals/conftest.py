# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
from __future__ import annotations

import sysconfig
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.peripherals import font
from chargerctl.simulator.peripherals.ssd1306 import Ssd1306
from chargerctl.simulator.peripherals.wiring import World

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


LIBRARIES = ("adafruit_displayio_ssd1306.py", "adafruit_display_text", "adafruit_pn532", "adafruit_ticks.py")


class Bench:
    """A board whose drive has one program, and the charger around it."""

    def __init__(self, folder: Path, board_id: str, **settings: str) -> None:
        self.drive = folder
        packages = Path(sysconfig.get_path("purelib"))
        (folder / "lib").mkdir(parents=True)
        for name in LIBRARIES:
            (folder / "lib" / name).symlink_to(packages / name)
        self.board = VirtualBoard(folder, BOARDS[board_id])
        self.seen: list[dict[str, Any]] = []
        self.board.events.listen(self.seen.append)
        self.world = World(self.board, {f"CHARGER_{name.upper()}": text for name, text in settings.items()})

    def load(self, program: str) -> None:
        (self.drive / "code.py").write_text(textwrap.dedent(program), encoding="utf-8")

    def run(self, program: str, seconds: float = 20.0) -> list[str]:
        """Power up, and run the program to its end, which must be a good one; what it printed."""
        self.load(program)
        self.board.power(True)
        assert self.board.run_until(lambda: self.board.ended, seconds), "the program still runs"
        assert self.board.ended is not None
        assert self.board.ended.traceback is None, self.board.ended.traceback
        # Until it waits for a key: one that comes earlier is lost.
        self.board.run_for(0.05)
        printed = self.printed
        return printed[printed.index("code.py output:") + 1 : printed.index("Code done running.") - 1]

    @property
    def printed(self) -> list[str]:
        return [str(event["text"]) for event in self.seen if event["kind"] == "console"]

    def events(self, kind: str, field: str) -> list[Any]:
        return [event[field] for event in self.seen if event["kind"] == kind]


@pytest.fixture
def bench_of(tmp_path) -> Callable[..., Bench]:
    """bench_of(board_id, **settings): settings by their names on the drive, without CHARGER_."""

    def make(board_id: str = "seeed_xiao_esp32c6", **settings: str) -> Bench:
        return Bench(tmp_path / "drive", board_id, **settings)

    return make


@pytest.fixture
def bench(bench_of) -> Bench:
    return bench_of()
