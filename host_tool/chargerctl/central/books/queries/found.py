# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How many sessions a search finds, from when to when, and what those that run have charged so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Float, cast, func, select

from chargerctl.central.books.queries.sessions import Filter, filtered
from chargerctl.central.books.queries.so_far import energy_so_far
from chargerctl.central.books.tables import chargers, transactions


@dataclass(frozen=True)
class Found:
    """first: when the first of them began, last: when the last began or ended; Unix times, None where there is none.
    energy_wh: of those that have ended; energy_so_far_wh: of those that run, by their last meter values."""

    sessions: int
    first: float | None
    last: float | None
    energy_wh: float
    running: int
    energy_so_far_wh: float


def found(connection: Connection, wanted: Filter) -> Found:
    """Of all that are wanted."""
    ended = func.coalesce(transactions.c.stopped_at, transactions.c.started_at)
    # Not as whole numbers, whose sum may be too large for the database where a charger lies.
    energy = func.sum(cast(transactions.c.energy_wh, Float))
    about = select(func.count(), func.min(transactions.c.started_at), func.max(ended), energy)
    count, first, last, energy_wh = connection.execute(filtered(_of(about), wanted)).one()
    running = []
    if wanted.state in (None, "running") and wanted.running is not False:
        those = filtered(_of(select(transactions.c.id)), replace(wanted, state="running"))
        running = list(connection.execute(those).scalars())
    so_far = energy_so_far(connection, running).values()
    return Found(
        count, first, last, energy_wh or 0.0, len(running), sum(wh for wh in so_far if wh is not None)
    )


def _of(query: Any) -> Any:
    return query.select_from(transactions).join(chargers)
