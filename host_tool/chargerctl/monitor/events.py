# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a line of the console says: subsystem and board time of a line of the charger's log, starts, tracebacks.

CircuitPython's own texts depend on the language of its build, so none of them is looked for: a frame of a traceback is known
by its form, a start by the charger's own line and by its clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOGGED = re.compile(r"\[ *(\d{1,9})\.(\d{3})\] (\S{1,20})(?: |$)")
_TAG_COLUMNS = 6
_BOOT = re.compile(r"firmware (\S+) on (\S+), reset: (\S+)")
_FRAME = re.compile(
    r'\s+[^\s"]{1,20} "([^"]{1,120}\.m?py)"\D{1,20}(\d{1,6})(?:\D{1,12} ([\w<>]{1,99}))?\s*\Z'
)
_ERROR = re.compile(r"\w{1,60}(?::|\Z)")
_MOST_FRAMES = 40


@dataclass(frozen=True, slots=True)
class Said:
    """text: the whole line. Where the charger logged it: board_s, seconds since the board's start, its tag, the message."""

    text: str
    message: str
    tag: str = ""
    board_s: float | None = None


def said(text: str) -> Said:
    logged = _LOGGED.match(text)
    if not logged:
        return Said(text, text)
    tag = logged[3]
    message = text[logged.end(3) + max(_TAG_COLUMNS - len(tag), 0) + 1 :]
    return Said(text, message, tag, int(logged[1]) + int(logged[2]) / 1000)


@dataclass(frozen=True, slots=True)
class Start:
    """The board has started. reason: of its reset, "" where its clock alone shows it; ran_s: how long it had run before, as
    far as it was seen."""

    reason: str = ""
    firmware: str = ""
    board: str = ""
    ran_s: float | None = None


class Starts:
    """Notices each start of the board once."""

    def __init__(self) -> None:
        self._last_s: float | None = None

    def see(self, line: Said) -> Start | None:
        if line.board_s is None:
            return None
        before, self._last_s = self._last_s, line.board_s
        boot = _BOOT.match(line.message) if line.tag == "boot" else None
        if boot:
            return Start(boot[3], boot[1], boot[2], before)
        if before is not None and line.board_s < before:
            return Start(ran_s=before)
        return None


@dataclass(frozen=True, slots=True)
class Frame:
    """path: as the board printed it."""

    path: str
    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Traceback:
    """frames: the outermost first; error: the last line, such as "ValueError: text", "" where it did not come."""

    frames: tuple[Frame, ...]
    error: str


class Tracebacks:
    """Collects the frames of a traceback, printed by CircuitPython or logged by the charger, until its last line."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._tag = ""

    def see(self, line: Said) -> Traceback | None:
        found = _FRAME.match(line.message)
        if found:
            if len(self._frames) < _MOST_FRAMES:
                self._frames.append(Frame(found[1], int(found[2]), found[3] or ""))
            self._tag = line.tag
            return None
        if not self._frames or line.tag != self._tag:
            return None  # a line of another subsystem in between
        frames, self._frames = tuple(self._frames), []
        return Traceback(frames, line.message if _ERROR.match(line.message) else "")

    def end(self) -> Traceback | None:
        """No more lines come."""
        frames, self._frames = tuple(self._frames), []
        return Traceback(frames, "") if frames else None
