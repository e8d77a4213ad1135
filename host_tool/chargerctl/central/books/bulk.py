# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The statements that every frame needs, for many rows at once and without SQLAlchemy's work on each of their values: that
takes twice as long as SQLite does.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect

Row = dict[str, Any]


class Bulk:
    """One statement, compiled for one database. Its rows go to the driver as they are: times in milliseconds."""

    def __init__(self, statement: Any, dialect: Dialect, columns: Sequence[str] | None = None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self._sql = str(compiled)
        # SQLite takes values by their places, psycopg by their names.
        self._values = itemgetter(*compiled.positiontup) if compiled.positiontup else None

    def execute(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Once for each row."""
        values: Any = rows if self._values is None else list(map(self._values, rows))
        connection.exec_driver_sql(self._sql, values)
