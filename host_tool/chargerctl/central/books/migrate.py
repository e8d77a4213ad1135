# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Brings a database to the tables of this program, or says why not.

Only an empty database, or one that chargerctl has made, is altered. The steps are in migrations/versions, one file each,
named NUMBER_what.py; a database remembers the number of the last.
"""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.workers import WORKER_LEASE_S
from chargerctl.leases import tables as leases
from chargerctl.leases.worker_name import has_ended

VERSION_TABLE = "chargerctl_central_version"
_FOLDER = Path(__file__).parent / "migrations"
# Any number will do, as long as every process takes the same.
_LOCK = 0x63_68_61_72_67_65


def versions() -> list[str]:
    """The numbers of all steps, in order."""
    return sorted(each.name.split("_")[0] for each in (_FOLDER / "versions").glob("[0-9]*_*.py"))


def is_empty(connection: Connection) -> bool:
    """Whether there is no table at all, but for those of leases, which may come first."""
    return not _tables(connection)


def _tables(connection: Connection) -> set[str]:
    return {*inspect(connection).get_table_names()} - {*leases.metadata.tables}


def is_current(connection: Connection, place: str) -> bool:
    """Whether it has the tables of this program. BooksError where it may not be altered: its tables are those of another
    program, or of a newer chargerctl."""
    tables = _tables(connection)
    if VERSION_TABLE not in tables:
        if tables:
            raise BooksError(
                f"{place}: this database belongs to another program (it has a table {sorted(tables)[0]!r}): name another"
            )
        return False
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()
    known = versions()
    if found is not None and found not in known:
        raise BooksError(
            f"{place}: the books were made by a newer chargerctl (their tables have version {found}, and this one knows "
            f"{known[-1]}): update chargerctl"
        )
    return found == known[-1]


def _refuse_beside_older(connection: Connection, place: str) -> None:
    """BooksError while a process of before 0006 works on them: it has no lease, and without its tables it would tell every
    charger again and again that nobody answers."""
    if not inspect(connection).has_table("workers"):
        return
    seen = {"since": round((time.time() - WORKER_LEASE_S) * 1000)}
    found = connection.execute(text("SELECT name FROM workers WHERE last_seen >= :since ORDER BY name"), seen)
    names = [name for name in found.scalars() if not has_ended(name)]
    if names:
        raise BooksError(
            f"{place}: a central system of an older chargerctl is at work on these books, or was until seconds ago "
            f"({', '.join(names[:3])}): stop every one of them, and try again after {WORKER_LEASE_S:.0f} s"
        )


def migrate(connection: Connection, place: str) -> None:
    """Take the missing steps, within the transaction that the connection has begun. Another process waits meanwhile."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if is_current(connection, place):  # another process was quicker
        return
    _refuse_beside_older(connection, place)
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
