# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a database's error means for the owner of the books, in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from chargerctl.central.books.interface import BooksError

# The primary result codes of SQLite (its low byte).
_SQLITE = {
    5: "are locked by another program: wait until it is done, or close it",
    6: "are locked by another program: wait until it is done, or close it",
    8: "cannot be written: the file, its folder or the file system is read-only",
    10: "cannot be read or written: the disk reports a fault",
    11: "are damaged: stop chargerctl and restore a backup",
    13: "cannot grow: the disk is full. Make space; chargers send again what was not answered",
    14: "cannot be opened: is the folder there, and may you write to it?",
    23: "cannot be opened: you have no right to do so",
    26: "are no SQLite database: name another file",
}
# SQLSTATE of PostgreSQL, or its class.
_POSTGRESQL = {
    "08": "cannot be reached: is the server running?",
    "23505": "are busy: another worker has written the same row",
    "25006": "cannot be written: the server is read-only, such as a standby",
    "40": "are busy: another worker has changed the same rows",
    "42501": "cannot be written: this user has no right to do so",
    "53100": "cannot grow: the server's disk is full. Make space; chargers send again what was not answered",
    "53": "cannot be used: the server has run out of connections or memory",
    "55P03": "are locked by another program: wait until it is done",
    "57014": "take too long to answer",
    "57": "cannot be reached: the server is stopping or starting",
    "58": "cannot be read or written: the server reports a fault of its disk",
    "XX": "are damaged: the server reports that its data is corrupt",
}


@contextmanager
def named(place: str) -> Iterator[None]:
    """Turn the database's errors in the block into BooksError: the books, at `place`, and what to do."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OverflowError, UnicodeError) as error:
        raise as_books_error(error, place) from error


def as_books_error(error: Exception, place: str) -> BooksError:
    """The same for one error."""
    return BooksError(f"{place}: the books {_meaning(error)}")


def may_pass(error: BaseException | None) -> bool:
    """Whether the same work may succeed later: the database is not there, or another worker was quicker, so that a unique
    index has refused a row. Only in PostgreSQL do several write at once."""
    if isinstance(error, IntegrityError):
        return getattr(error.orig, "sqlstate", None) == "23505"
    return isinstance(error, OperationalError)


def _meaning(error: Exception) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _SQLITE:
        return _SQLITE[code & 0xFF]
    state = getattr(original, "sqlstate", None) or ""
    for known in (state, state[:2]):
        if known in _POSTGRESQL:
            return _POSTGRESQL[known]
    said = " ".join(str(original).split())[:300]
    if isinstance(original, Exception) and type(original).__module__.startswith("psycopg") and not state:
        # A connection that failed, or broke, has no SQLSTATE; what libpq says of it is good.
        return f"cannot be reached: {said}"
    return f"cannot be used: {said or type(original).__name__}"
