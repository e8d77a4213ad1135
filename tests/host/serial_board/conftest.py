# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A host without any cleverness, that types what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.host.serial_board.board import SerialBoard
from tests.host.serial_board.port import Port

FILES = {"code.py": b"import charger\n", "charger/a.py": b"x = 1\n", "lib": None}

_SILENCE_S = 10  # on the board's clock: a statement of many files takes seconds of flash


class Typist:
    """Types at a board's port and reads what it answers."""

    def __init__(self, board: SerialBoard) -> None:
        self.board = board
        self.port = self.open()

    def open(self) -> Port:
        self.port = self.board.open(self.board.ports()[0], timeout=_SILENCE_S, write_timeout=1)
        return self.port

    def hear(self) -> bytes:
        """All that comes until the line has been silent for long enough."""
        found = b""
        while piece := self.port.read(1 << 16):
            found += piece
        return found

    def hear_for(self, seconds: float) -> bytes:
        self.board.sleep(seconds)
        return self.port.read(self.port.in_waiting)

    def type_for(self, keys: bytes, seconds: float) -> bytes:
        self.port.write(keys)
        return self.hear_for(seconds)

    def type(self, keys: bytes) -> bytes:
        self.port.write(keys)
        return self.hear()

    def enter(self) -> None:
        """Into the raw REPL."""
        self.type(b"\x03")
        self.type(b"\r")
        assert b"raw REPL" in self.type(b"\x01")

    def run(self, *lines: str) -> tuple[bytes, bytes]:
        """Output and error of a statement."""
        answer = self.type("\n".join(lines).encode() + b"\x04")
        assert answer.startswith(b"OK"), answer
        output, error, prompt = answer[2:].split(b"\x04")
        assert prompt == b">"
        return output, error


@pytest.fixture
def board() -> Iterator[Callable[..., Typist]]:
    """board(...) -> a typist at a new board."""
    with ExitStack() as boards:
        yield lambda tree=FILES, **options: Typist(boards.enter_context(SerialBoard(tree, **options)))
