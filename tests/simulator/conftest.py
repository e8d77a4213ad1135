# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A virtual board with a drive made of a few lines."""

from textwrap import dedent

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.simulator.machine.board import VirtualBoard

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
