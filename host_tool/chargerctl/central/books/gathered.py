# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a unit of work writes at its end, in one statement for all of its frames: that is several times as fast."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from chargerctl.central.books.meter_rows import Row
from chargerctl.central.books.statements import Statements
from chargerctl.central.books.tables import frames

_NEW_FRAMES = insert(frames)


class Gathered:
    """Rows of one unit. Of what replaces itself only the last counts."""

    def __init__(self) -> None:
        self.frames: list[Row] = []
        self.meter_values: list[Row] = []
        self.complaints: list[Row] = []
        self.statuses: dict[tuple[int, int], Row] = {}
        self.seen: dict[int, float] = {}
        self.connected: dict[int, Row] = {}

    def write(self, connection: Connection, statements: Statements) -> None:
        """In the order of the ids, so that two workers cannot wait for one another."""
        seen = [{"charger": charger, "now": self.seen[charger]} for charger in sorted(self.seen)]
        connected = [self.connected[charger] for charger in sorted(self.connected)]
        statuses = [self.statuses[key] for key in sorted(self.statuses)]
        work: list[tuple[Any, list[Row]]] = [
            (statements.seen, seen),
            (statements.connected, connected),
            (statements.last_status, statuses),
            (statements.new_meter_values, self.meter_values),
            (statements.new_complaint, self.complaints),
            (_NEW_FRAMES, self.frames),
        ]
        for statement, rows in work:
            if rows:
                connection.execute(statement, rows)
