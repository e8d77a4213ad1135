# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chargers that the desk has in memory. Chargers that are not in the books do not stay."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from chargerctl.central.desk.line import Line, MakeTalk

# How long a charger is remembered that is not connected. One that is stays, however silent: the end of its connection and
# the calls for it need it.
_GONE_S = 600.0


class Lines:
    """By serial."""

    def __init__(self, make: MakeTalk) -> None:
        self._make = make
        self._lines: dict[str, Line] = {}
        self._due: list[tuple[float, str]] = []

    def __iter__(self) -> Iterator[Line]:
        return iter(list(self._lines.values()))

    def get(self, serial: str) -> Line | None:
        return self._lines.get(serial)

    def new(self, serial: str, now: float) -> Line:
        """Not kept yet."""
        return Line(serial, self._make, now)

    def keep(self, line: Line) -> None:
        self._lines[line.serial] = line

    def forget(self, line: Line) -> None:
        self._lines.pop(line.serial, None)

    def schedule(self, line: Line) -> None:
        """Notice when something of it is due."""
        due = line.talk.next_due
        if due is not None and (line.due_at is None or due < line.due_at):
            line.due_at = due
            heapq.heappush(self._due, (due, line.serial))

    def due(self, now: float) -> list[Line]:
        """Those of which something is due."""
        lines = {}
        while self._due and self._due[0][0] <= now:
            at, serial = heapq.heappop(self._due)
            line = self._lines.get(serial)
            if line is not None and line.due_at == at:
                line.due_at = None
                lines[serial] = line
        return list(lines.values())

    @property
    def next_due(self) -> float | None:
        return self._due[0][0] if self._due else None

    def sweep(self, now: float) -> None:
        """Forget chargers that have gone."""
        for line in self:
            if line.link is None and now - line.heard_at > _GONE_S:
                self.forget(line)
