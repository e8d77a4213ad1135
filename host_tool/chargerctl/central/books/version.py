# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Tells whether the books have changed, for much less than it costs to read them."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Protocol

from sqlalchemy import Connection, Engine


class Version(Protocol):
    """May be called from any thread."""

    def __call__(self) -> Hashable:
        """Equal to an earlier one: nothing was committed in between, by anybody. They may differ for less."""

    def close(self) -> None:
        """Before the engine is."""


def version_of(engine: Engine) -> Version:
    return _Sqlite(engine) if engine.dialect.name == "sqlite" else _Postgresql(engine)


class _Sqlite:
    """PRAGMA data_version: a number that changes when another connection commits, of this process or of another one. What
    its own connection writes does not count, and the numbers of two connections have nothing to do with each other: so one
    is kept for this alone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def __call__(self) -> Hashable:
        with self._lock:
            if self._connection is None:
                self._connection = self._engine.connect()
            with self._connection.begin():
                number = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
            # Where the books were replaced it is connected anew.
            return self._connection.info.setdefault("connected", object()), number

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class _Postgresql:
    """A snapshot, xmin:xmax:list, says which transactions have ended: all below xmax that are not in the list. Others see a
    commit from the moment on at which its transaction has ended for them, so it is never missed. Two snapshots also differ
    by what was rolled back, or is of another database of this server; what only reads has no number, and changes nothing.

    The numbers have 64 bits, and do not come again, but perhaps on another server that has taken over: it has started at
    another time.
    """

    _QUERY = "SELECT pg_current_snapshot()::text, pg_postmaster_start_time()"

    def __init__(self, engine: Engine) -> None:
        # Its own transaction for each statement: nothing to begin and to end over the network.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def __call__(self) -> Hashable:
        with self._engine.connect() as connection:
            return tuple(connection.exec_driver_sql(self._QUERY).one())

    def close(self) -> None:
        pass
