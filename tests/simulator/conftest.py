# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A virtual board with a drive made of a few lines, and one with the charger around it."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.settings.values import Values
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.peripherals.wiring import World

# USB, and no Bluetooth: it starts a second sooner than an ESP32-S3.
FEATHER = "adafruit_feather_esp32s2"


@pytest.fixture
def drive(tmp_path):
    folder = tmp_path / "CIRCUITPY"
    folder.mkdir()
    return folder


@pytest.fixture
def make_board(drive):
    """make_board(code, board_id, {path: text}, ...): a board with these files, without power."""

    def make(code=None, board_id=FEATHER, files=None, **options):
        for path, text in {**({} if code is None else {"code.py": code}), **(files or {})}.items():
            file = drive / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        board = VirtualBoard(drive, BOARDS[board_id], **options)
        board.settle_boot_out()
        return board

    return make


@pytest.fixture
def start(make_board):
    """As make_board, and runs the board for 3.5 s (or `seconds`), which is enough for a short code.py."""

    def run(code=None, board_id=FEATHER, files=None, seconds=3.5, **options):
        board = make_board(code, board_id, files, **options)
        board.power(True)
        board.run_for(seconds)
        return board

    return run


@pytest.fixture
def output(start):
    """Run code.py to its end; the lines that it printed."""

    def run(code, *args, **options):
        return program_output(start(code, *args, **options))

    return run


def program_output(board):
    lines = list(board.console.lines)
    first = lines.index("code.py output:") + 1
    return lines[first : lines.index("Code done running.")][:-1]


def laptop_writes(board, path, content):
    """Write a file from the laptop; the board notices as it would over USB."""
    (board.drive.root / path).write_bytes(content)
    board.drive.touched()


LIBRARIES = ("adafruit_displayio_ssd1306.py", "adafruit_display_text", "adafruit_pn532", "adafruit_ticks.py")


class Bench:
    """A board whose drive has one program, and the charger around it."""

    def __init__(self, folder: Path, board_id: str, **settings: str) -> None:
        self.drive = folder
        packages = Path(sysconfig.get_path("purelib"))
        (folder / "lib").mkdir(parents=True)
        for name in LIBRARIES:
            copy = shutil.copytree if (packages / name).is_dir() else shutil.copy
            copy(packages / name, folder / "lib" / name)  # a board does not see links
        self.board = VirtualBoard(folder, BOARDS[board_id])
        self.seen: list[dict[str, Any]] = []
        self.board.events.listen(self.seen.append)
        self.world = World(
            self.board, Values.of({f"CHARGER_{name.upper()}": text for name, text in settings.items()})
        )

    def load(self, program: str) -> None:
        (self.drive / "code.py").write_text(dedent(program), encoding="utf-8")

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
