# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The statements that every frame needs, for many rows at once: compiled once for a database, and without SQLAlchemy's work
on each value, which takes longer than SQLite does.

SQLite executes one for each row. PostgreSQL gets one statement, with all rows as JSON: both sides are much quicker than with
each row by itself, or with arrays, which the driver writes in Python.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import JSON, Column, Connection, Dialect, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


class Bulk(Protocol):
    """One statement for many rows."""

    def execute(self, connection: Connection, rows: Sequence[Row]) -> None:
        """All rows have the same keys. Their values go to the driver as they are: times in milliseconds."""


def inserting(table: Table, dialect: Dialect, *, ignoring: bool) -> Bulk:
    """Rows of all columns but the id. ignoring: those that are there already."""
    columns = [each for each in table.columns if each.name != "id"]
    names = [each.name for each in columns]
    if dialect.name == "postgresql":
        into_postgresql = postgresql.insert(table).from_select(names, select(*_json(columns).c))
        return _AsJson(into_postgresql.on_conflict_do_nothing() if ignoring else into_postgresql, dialect)
    into_sqlite = sqlite.insert(table).on_conflict_do_nothing() if ignoring else insert(table).inline()
    return _EachRow(into_sqlite, dialect, names)


def updating(column: Column[Any], dialect: Dialect) -> Bulk:
    """A column of the rows with these ids: rows of the id and the column."""
    table = column.table
    if dialect.name == "postgresql":
        new = _json([table.c.id, column])
        changed = update(table).where(table.c.id == new.c.id).values({column: new.c[column.name]})
        return _AsJson(changed, dialect)
    one = update(table).where(table.c.id == bindparam("which")).values({column: bindparam("value")})
    return _EachRow(one, dialect, None, {"which": "id", "value": column.name})


class _EachRow:
    def __init__(
        self,
        statement: Any,
        dialect: Dialect,
        columns: list[str] | None,
        called: dict[str, str] | None = None,
    ) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self._sql = str(compiled)
        self._values = itemgetter(*((called or {}).get(each, each) for each in compiled.positiontup))

    def execute(self, connection: Connection, rows: Sequence[Row]) -> None:
        connection.exec_driver_sql(self._sql, list(map(self._values, rows)))


class _AsJson:
    def __init__(self, statement: Any, dialect: Dialect) -> None:
        self._sql = str(statement.compile(dialect=dialect))

    def execute(self, connection: Connection, rows: Sequence[Row]) -> None:
        connection.exec_driver_sql(self._sql, {"rows": json.dumps(rows, default=_bytes)})


def _json(columns: Sequence[Column[Any]]) -> Any:
    """The rows of the parameter `rows`, with these columns."""
    copies = [Column(each.name, each.type) for each in columns]
    rows = func.json_to_recordset(bindparam("rows", type_=JSON))
    return rows.table_valued(*copies, name="new").render_derived(with_types=True)


def _bytes(value: bytes) -> str:
    """As PostgreSQL reads them in a text."""
    return "\\x" + value.hex()
