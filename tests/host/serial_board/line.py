# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the board says, on its way to the host: in a language, with titles in between, with losses, and in its time."""

from __future__ import annotations

import random

from tests.host.serial_board.shapes import Shape
from tests.host.serial_board.timeline import Timeline
from tests.host.serial_board.words import Words, spoken, titled

_ONE_OF = 8
_PACKET = 64


class Line:
    """losses: the seed of what gets lost while the board writes flash, or None. is_open: a host has the port open; what
    is said to nobody is lost."""

    def __init__(self, shape: Shape, time: Timeline, words: Words, titles: bool, losses: int | None) -> None:
        self._shape, self._time, self._titles = shape, time, titles
        self.words = words
        self._losses = None if losses is None else random.Random(losses)
        self.is_open = False
        self.lost = 0

    def send(self, out: bytes, after: float = 0.0, flash_writes: bool = False) -> None:
        if not out or not self.is_open:
            return
        out = spoken(out, self.words)
        if self._titles:
            out = titled(out, f"🐍 REPL | {self._time.now:.0f} s")
        if flash_writes and self._losses is not None and self._losses.randrange(_ONE_OF) == 0:
            start = self._losses.randrange(len(out))
            gone = len(out[start : start + self._losses.randint(1, _PACKET)])
            self.lost += gone
            out = out[:start] + out[start + gone :]
        self._time.put(out, after + len(out) * self._shape.byte_s)

    def say(self, *lines: str) -> None:
        self.send("".join(f"{line}\r\n" for line in lines).encode())
