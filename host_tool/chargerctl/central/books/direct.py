# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Statements for one row that most frames need, without SQLAlchemy's work on each execution, which takes ten times as long
as SQLite does. SQLAlchemy writes them, once for a database; the driver executes them within the unit of work."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError

from chargerctl.central.books.faults import as_books_error, may_pass


class Single:
    """A statement with names for its values. `columns`: those of an INSERT."""

    def __init__(self, statement: Any, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = list(columns) if columns is not None else None
        self._compiled: dict[str, tuple[str, Sequence[str] | None]] = {}
        row = namedtuple("Row", [each.key for each in getattr(statement, "selected_columns", ())])  # type: ignore[misc]
        self.row: Callable[..., Any] = row._make

    def compiled(self, dialect: Dialect) -> tuple[str, Sequence[str] | None]:
        """SQL, and the names of its values in their order if it takes them so."""
        if dialect.name not in self._compiled:
            compiled = self._statement.compile(dialect=dialect, column_keys=self._columns)
            self._compiled[dialect.name] = str(compiled), compiled.positiontup
        return self._compiled[dialect.name]


class Direct:
    """Executes them on this connection. Values and rows are as the driver has them: times in milliseconds.

    BooksError like the connection's own; `place` is for its words."""

    def __init__(self, connection: Connection, place: str) -> None:
        self.dialect = connection.dialect
        self._cursor = connection.connection.cursor()
        self._place = place
        self._fault: type[Exception] = self.dialect.loaded_dbapi.Error

    def one(self, query: Single, **values: Any) -> Any:
        """The first row, with the names of its columns; None if there is none."""
        self.execute(query, **values)
        rows = self._cursor.fetchall()
        return query.row(rows[0]) if rows else None

    def execute(self, statement: Single, **values: Any) -> int:
        """The number of rows that were changed."""
        sql, names = statement.compiled(self.dialect)
        try:
            self._cursor.execute(sql, values if names is None else [values[name] for name in names])
        except self._fault as error:
            found = DBAPIError.instance(sql, None, error, self._fault, dialect=self.dialect)
            raise (as_books_error(found, self._place) if may_pass(found) else found) from error
        return self._cursor.rowcount
