# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The tables of the leases. Times are Unix time in whole milliseconds, by the database's clock.

They are made where they are missing, so that they may stand alone, or beside the books, whichever come first.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
    true,
)

# The names of keys and indexes are those of the books.
metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"}
)

workers = Table(
    "lease_workers",
    metadata,
    # What is shared: "central", or "bridge".
    Column("realm", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    # Null: it has ended.
    Column("lease_until", BigInteger),
    # Is raised by whoever takes a charger away from it, or ends its lease.
    Column("epoch", BigInteger, nullable=False, server_default="1"),
    # Whether it takes chargers now.
    Column("takes", Boolean, nullable=False, server_default=true()),
    PrimaryKeyConstraint("realm", "name"),
)

_FREE = text("worker IS NULL")

chargers = Table(
    "lease_chargers",
    metadata,
    Column("realm", Text, nullable=False),
    Column("serial", Text, nullable=False),
    # Who holds it; null: nobody.
    Column("worker", Text),
    # When its last holder has left it, or may have.
    Column("free_since", BigInteger),
    # From that one to the next one.
    Column("note", Text),
    PrimaryKeyConstraint("realm", "serial"),
    Index(None, "realm", "worker"),
    Index("ix_lease_chargers_free", "realm", sqlite_where=_FREE, postgresql_where=_FREE),
)

_LOCK = 0x6C_65_61_73_65


def prepare(connection: Connection) -> None:
    """Make them where they are missing, within the transaction that the connection has begun."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    metadata.create_all(connection)
