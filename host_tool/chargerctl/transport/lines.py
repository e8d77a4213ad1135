# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes lines of a console's bytes, however they are cut up: nothing is lost or doubled, and no line grows without limit.

Title sequences, which CircuitPython sends between lines, are left out. Other control characters stay in the text: visible.py
shows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LONGEST = 4096  # bytes of a line; a longer one is given out in parts
_TITLE = re.compile(rb"\x1b\][^\x07\x1b\n]{0,255}(?:\x07|\x1b\\)")
# The end of what has come that cannot be judged yet: a title, a character, the end of a line.
_SO_FAR = re.compile(
    rb"(?:\x1b(?:\][^\x07\x1b\n]{0,255}\x1b?)?"
    rb"|[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2}"
    rb"|\r{1,2})\Z"
)
_LONGEST_SO_FAR = 260
_UNFINISHED = re.compile(rb"(?:\x1b\][^\x07\x1b\n]{0,255}\x1b?|\r+)\Z")


@dataclass(frozen=True, slots=True)
class Line:
    r"""text: without its end; what is not UTF-8 is shown as \xff. ended: its end has come; otherwise the rest follows as a
    Line that `continues`, unless the connection was lost."""

    text: str
    ended: bool = True
    continues: bool = False


class Lines:
    """feed() it with bytes to get Lines.

    held(part): how many bytes at the end of an unfinished part are kept back, since they may begin what must not be shown;
    some hundred at most.
    """

    def __init__(self, held: Callable[[bytes], int] = lambda part: 0) -> None:
        self._held = held
        self._begun = b""
        self._continues = False

    @property
    def waiting(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._begun)

    def feed(self, data: bytes) -> list[Line]:
        *whole, self._begun = (self._begun + data).split(b"\n")
        lines = []
        for line in whole:
            *parts, last = self._parts(line.rstrip(b"\r"))
            lines += [self._line(part, False) for part in parts]
            lines.append(self._line(last, True))
        *parts, self._begun = self._parts(self._begun)
        return lines + [self._line(part, False) for part in parts]

    def rest(self) -> list[Line]:
        """What has come so far of a line whose end does not come; what follows continues it."""
        part, self._begun = self._cut(_TITLE.sub(b"", self._begun))
        return [self._line(part, False)] if part else []

    def lost(self) -> list[Line]:
        """All that has come: the connection is gone, and what follows is another line."""
        part = _UNFINISHED.sub(b"", _TITLE.sub(b"", self._begun))
        self._begun = b""
        lines = [self._line(part, False)] if part else []
        self._continues = False
        return lines

    def _parts(self, line: bytes) -> Iterator[bytes]:
        """The line in parts that are not too long: one, if it is not."""
        if len(line) > LONGEST or b"\x1b" in line:
            line = _TITLE.sub(b"", line)
        while len(line) > LONGEST:
            part, line = self._cut(line[:LONGEST], line[LONGEST:])
            yield part
        yield line

    def _cut(self, part: bytes, rest: bytes = b"") -> tuple[bytes, bytes]:
        """The part as far as it can be judged, and the rest. It may be empty, but not one of LONGEST bytes."""
        end = len(part)
        if so_far := _SO_FAR.search(part, max(0, end - _LONGEST_SO_FAR)):
            end = so_far.start()
        end -= self._held(part[:end])
        return part[:end], part[end:] + rest

    def _line(self, part: bytes, ended: bool) -> Line:
        line = Line(part.decode("utf-8", "backslashreplace"), ended, self._continues)
        self._continues = not ended
        return line
