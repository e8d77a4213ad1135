# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a person sees: output goes into a terminal emulator (pyte), and its screen is compared with the one that is kept.

To keep new ones after a change, delete those in screens/ and run the tests: they fail once, and you look at what they wrote.
"""

from __future__ import annotations

import io
from pathlib import Path

import pyte
from rich.console import Console

SCREENS = Path(__file__).parent / "screens"


class Terminal:
    """`out`: rich writes to it as to a terminal of this size."""

    def __init__(self, width: int = 100, height: int = 30) -> None:
        self._screen = pyte.Screen(width, height + 1)  # rich ends the last line, too
        self._stream = pyte.Stream(self._screen)
        self._file = io.StringIO()
        self.out = Console(
            file=self._file,
            force_terminal=True,
            color_system="standard",
            width=width,
            height=height,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    def lines(self) -> list[str]:
        """What stands on the screen, without the blanks at the ends."""
        self._stream.feed(self._file.getvalue().replace("\n", "\r\n"))
        self._file.seek(0)
        self._file.truncate()
        return [line.rstrip() for line in self._screen.display]

    def colours(self, text: str) -> set[str]:
        """The colours of a text that stands on the screen once."""
        (row,) = [number for number, line in enumerate(self.lines()) if text in line]
        begin = self._screen.display[row].index(text)
        return {self._screen.buffer[row][column].fg for column in range(begin, begin + len(text))}


def compare(lines: list[str], name: str) -> None:
    path = SCREENS / name
    text = "\n".join(lines).rstrip("\n") + "\n"
    if not path.exists():
        path.write_text(text, encoding="utf-8")
        raise AssertionError(f"{path} is new: look at it")
    assert text == path.read_text(encoding="utf-8")
