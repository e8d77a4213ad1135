# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the books do not keep for good: frames, complaints and calls. Each portion is small, so that no charger waits for it.

Transactions and meter values stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select

from chargerctl.central.books.tables import calls, complaints, frames

PORTION = 500
PAUSE_S = 0.02
"""Between two portions, as long as there is more to remove: so much is removed faster than chargers can send."""
_DAY_S = 86_400
# Somebody has read them, or never will.
_CALLS_S = 30 * _DAY_S
_MOST_COMPLAINTS = 1000
_MEASURE_S = 60

_SIZE = select(func.coalesce(func.sum(frames.c.size), 0))
_OLDEST = select(frames.c.id, frames.c.at, frames.c.size).order_by(frames.c.at, frames.c.id).limit(PORTION)


@dataclass(frozen=True)
class Keep:
    """Frames are kept for so many days, so many of each charger, and so many megabytes (millions of characters) in all. 0:
    none."""

    days: float = 30
    each: int = 20_000
    megabytes: float = 200

    @property
    def none(self) -> bool:
        """Whether no frame is kept at all."""
        return self.days <= 0 or self.megabytes <= 0 or self.each <= 0


class Retention:
    """Counts the frames that this process adds, so that their limit holds without measuring all of them each time."""

    def __init__(self, keep: Keep) -> None:
        self.keep = keep
        self._size: int | None = None
        self._measured_at = 0.0
        # What was found too much when it was measured: (table, which rows) each.
        self._too_much: list[tuple[Any, Any]] = []
        self._may_be_old = False

    @property
    def size(self) -> int | None:
        """Characters of all frames, as far as this process knows; None: not measured yet."""
        return self._size

    def added(self, size: int) -> None:
        """Frames of so many characters are in the books now."""
        if self._size is not None:
            self._size += size

    def failed(self) -> None:
        """What was removed last is still there."""
        self._size = None

    def is_due(self, now: float) -> bool:
        """Whether there is something to do."""
        over = self._size is not None and self._size > self._limit
        return over or self._may_be_old or bool(self._too_much) or self.wants_measuring(now)

    def wants_measuring(self, now: float) -> bool:
        """Whether measure() is due."""
        # A clock may have been set back.
        return self._size is None or not 0 <= now - self._measured_at < _MEASURE_S

    def measure(self, connection: Connection, now: float) -> None:
        """It only reads, because it goes through all frames: meanwhile chargers are answered."""
        self._size = connection.execute(_SIZE).scalar_one()
        self._measured_at = now
        self._may_be_old = True
        self._too_much = [
            *_beyond(connection, frames, self.keep.each),
            *_beyond(connection, complaints, _MOST_COMPLAINTS),
            (calls, calls.c.asked_at < now - _CALLS_S),
        ]

    def remove(self, connection: Connection, now: float) -> bool:
        """Remove a portion of what may not stay; whether there is more to remove at once."""
        while self._too_much:
            removed = self._delete(connection, *self._too_much[-1])
            if removed < PORTION:
                self._too_much.pop()
            if removed:
                return True
        self._may_be_old = self._oldest(connection, now) == PORTION
        return self.is_due(now)

    @property
    def _limit(self) -> float:
        return self.keep.megabytes * 1e6

    def _oldest(self, connection: Connection, now: float) -> int:
        """Those that are too old, or must go to make room."""
        left = self._size or 0
        gone = []
        for each in connection.execute(_OLDEST).all():
            # Room for some more, so that not each new frame removes one.
            if each.at >= now - self.keep.days * _DAY_S and left <= 0.9 * self._limit:
                break
            gone.append(each.id)
            left -= each.size
        return self._delete(connection, frames, frames.c.id.in_(gone)) if gone else 0

    def _delete(self, connection: Connection, table: Any, which: Any) -> int:
        """At most a portion of these rows; how many."""
        few = select(table.c.id).where(which).order_by(table.c.id).limit(PORTION)
        gone = delete(table).where(table.c.id.in_(few))
        if table is not frames:
            return connection.execute(gone).rowcount
        sizes = connection.execute(gone.returning(frames.c.size)).scalars().all()
        if self._size is not None:
            self._size -= sum(sizes)
        return len(sizes)


def _beyond(connection: Connection, table: Any, most: int) -> Iterator[tuple[Any, Any]]:
    """The oldest rows of each charger that has more than it may."""
    too_many = select(table.c.charger_id).group_by(table.c.charger_id).having(func.count() > most)
    for charger in connection.execute(too_many).scalars().all():
        its = table.c.charger_id == charger
        newest = select(table.c.id).where(its).order_by(table.c.id.desc())
        first = connection.execute(newest.offset(most - 1).limit(1)).scalar_one()
        yield table, its & (table.c.id < first)
