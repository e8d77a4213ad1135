# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The statements that every unit of work needs, made once for a database: those that ignore or replace what is there
already are not in SQLAlchemy's common language."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Dialect, Table, Text, bindparam, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import pysqlite

from chargerctl.central.books.bulk import inserting, updating
from chargerctl.central.books.tables import (
    chargers,
    complaints,
    configuration,
    connectors,
    frames,
    meter_values,
    refused_cards,
    workers,
)


@cache
def statements_for(database: str) -> Statements:
    """Of "sqlite" or "postgresql": to make them takes longer than to open the books."""
    return Statements({"sqlite": pysqlite.dialect, "postgresql": psycopg.dialect}[database]())


class Statements:
    """For the database of this dialect."""

    def __init__(self, dialect: Dialect) -> None:
        dialects: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
        self._insert = dialects[dialect.name]
        self.new_charger = self.ignoring(chargers).returning(chargers.c.id)
        self.new_meter_values = inserting(meter_values, dialect, ignoring=True)
        self.new_frames = inserting(frames, dialect, ignoring=False)
        self.seen = updating(chargers.c.last_seen, dialect)
        self.new_complaint = self.ignoring(complaints)
        self.last_status = self.replacing(connectors)
        self.configuration = self.replacing(configuration)
        self.refused_card = self.replacing(refused_cards)
        worker = self._insert(workers)
        self.worker = worker.on_conflict_do_update(
            index_elements=["realm", "name"],
            set_={
                "last_seen": worker.excluded.last_seen,
                "lease_until": worker.excluded.lease_until,
            },
        )
        this_charger = chargers.c.id == bindparam("charger")
        # A worker that lost the charger to another one has nothing to say of it.
        connected: dict[str, Any] = {
            "transport": bindparam("over"),
            "connected_at": bindparam("now"),
            "worker": bindparam("by"),
        }
        mine = or_(chargers.c.worker.is_(None), chargers.c.worker == bindparam("mine"))
        self.connected = (
            update(chargers)
            .where(this_charger, or_(bindparam("by", type_=Text).is_not(None), mine))
            .values(connected)
        )

    def ignoring(self, table: Table) -> Any:
        """An insert that leaves rows alone that are there."""
        return self._insert(table).on_conflict_do_nothing()

    def replacing(self, table: Table) -> Any:
        """An insert that replaces the row with the same primary key."""
        row = self._insert(table)
        return row.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={each.name: row.excluded[each.name] for each in table.columns if not each.primary_key},
        )
