# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The log of frames, a page at a time, and never more than some thousand frames looked at for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import Connection

from chargerctl.central.books.queries.traffic import calls_before, frame, frames_after, frames_before
from chargerctl.central.web.charger.frame import Frame, Reader, message_id

PAGE = 50
_AT_ONCE = 500
_MOST_LOOKED_AT = 2000
_MOST_AT_A_TIME = 200
# How far from a call its answer is looked for.
_NEAR = 300

Direction = Literal["", "in", "out"]
Kind = Literal["", "call", "result", "error", "trouble"]
DIRECTIONS: Sequence[Direction] = get_args(Direction)
KINDS: Sequence[Kind] = get_args(Kind)


@dataclass(frozen=True)
class Filter:
    """Empty: all. text: a part of the frame, whatever the case; kind trouble: what OCPP does not allow, and errors."""

    text: str = ""
    action: str = ""
    direction: Direction = ""
    kind: Kind = ""

    def takes(self, frame: Frame) -> bool:
        if self.direction and frame.outgoing is not (self.direction == "out"):
            return False
        if self.kind and not (frame.trouble if self.kind == "trouble" else frame.kind == self.kind):
            return False
        if self.action and frame.action != self.action:
            return False
        return self.text.lower() in frame.text.lower()

    @property
    def is_empty(self) -> bool:
        return self == Filter()


@dataclass(frozen=True)
class Page:
    """The newest frame first. before: where to look on for older ones, None at the beginning of the log; since: when the
    oldest frame was sent that was looked at."""

    frames: Sequence[Frame]
    before: int | None
    since: float | None


def page(connection: Connection, serial: str, wanted: Filter, before: int | None = None) -> Page:
    """The newest PAGE frames before the one with this id that are wanted, among the next thousands."""
    found: list[Frame] = []
    since: float | None = None
    for _ in range(_MOST_LOOKED_AT // _AT_ONCE):
        rows = frames_before(connection, serial, before, PAGE if wanted.is_empty else _AT_ONCE)
        if not rows:
            return Page(found, None, since)
        for each in reversed([*_read(connection, serial, rows)]):
            before, since = each.id, each.at
            if wanted.takes(each):
                found.append(each)
            if len(found) == PAGE:
                return Page(found, before, since)
    return Page(found, before, since)


def newest(connection: Connection, serial: str) -> int:
    """The id of the last frame that is kept, 0 where there is none."""
    rows = frames_before(connection, serial, None, 1)
    return rows[0].id if rows else 0


def _read(connection: Connection, serial: str, rows: Sequence[Any]) -> Iterator[Frame]:
    reader = reader_at(connection, serial, rows[0].id)
    return map(reader.read, rows)


def reader_at(connection: Connection, serial: str, number: int) -> Reader:
    """One that knows what the frames from this one on may answer."""
    reader = Reader()
    for row in calls_before(connection, number, serial):
        reader.remember(row)
    return reader


def pair(connection: Connection, serial: str, number: int) -> tuple[Frame, Frame | None] | None:
    """A frame, and the call or the answer that belongs to it, where both are kept; None: there is no such frame."""
    row = frame(connection, serial, number)
    if row is None:
        return None
    reader = reader_at(connection, serial, number)
    found = reader.read(row)
    if found.kind == "call":
        near: Iterable[Any] = frames_after(connection, number, serial, _NEAR)
    elif found.kind in ("result", "error"):
        near = reversed(frames_before(connection, serial, number, _NEAR))
    else:
        return found, None
    known = message_id(found.text)
    for each in near:
        if each.outgoing is not found.outgoing and known and message_id(each.text) == known:
            other = reader.read(each)
            if (other.kind == "call") is not (found.kind == "call"):
                return found, other
    return found, None


class Newer:
    """Gives the frames that come after the one with this id."""

    def __init__(self, serial: str, wanted: Filter, newest: int) -> None:
        self._serial = serial
        self._wanted = wanted
        self._reader: Reader | None = None
        self.newest = newest

    def look(self, connection: Connection) -> list[Frame]:
        """The oldest first; a part of them where there are many."""
        if self._reader is None:
            self._reader = reader_at(connection, self._serial, self.newest + 1)
        rows = frames_after(connection, self.newest, self._serial, _MOST_AT_A_TIME)
        frames = [self._reader.read(row) for row in rows]
        if frames:
            self.newest = frames[-1].id
        return [each for each in frames if self._wanted.takes(each)]
