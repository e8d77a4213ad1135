# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The statements that every unit of work needs, made once for a database: those that ignore or replace what is there
already are not in SQLAlchemy's common language."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect, Table, Text, bindparam, insert, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from chargerctl.central.books.bulk import Bulk
from chargerctl.central.books.tables import (
    chargers,
    complaints,
    configuration,
    connectors,
    frames,
    meter_values,
    workers,
)


class Statements:
    """For the database of this dialect."""

    def __init__(self, dialect: Dialect) -> None:
        dialects: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
        self._insert = dialects[dialect.name]
        self.new_charger = self.ignoring(chargers).returning(chargers.c.id)
        self.new_meter_values = Bulk(self.ignoring(meter_values), dialect, _all_but_id(meter_values))
        self.new_frames = Bulk(insert(frames).inline(), dialect, _all_but_id(frames))
        self.new_complaint = self.ignoring(complaints)
        self.last_status = self.replacing(connectors)
        self.configuration = self.replacing(configuration)
        worker = self._insert(workers)
        self.worker = worker.on_conflict_do_update(
            index_elements=["name"], set_={"last_seen": worker.excluded.last_seen}
        )
        this_charger = chargers.c.id == bindparam("charger")
        self.seen = Bulk(update(chargers).where(this_charger).values(last_seen=bindparam("now")), dialect)
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


def _all_but_id(table: Table) -> list[str]:
    return [each.name for each in table.columns if each.name != "id"]
