# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Energy by card, charger, month and day, of sessions that have ended: those whose stop never came count until their last
meter value. A session counts when it started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal

from sqlalchemy import Connection, select

from chargerctl.central.books.queries.sessions import Filter, filtered
from chargerctl.central.books.tables import cards, chargers, transactions

By = Literal["card", "charger", "month", "day"]


@dataclass
class Energy:
    """key: the idTag, serial, month (YYYY-MM) and day (YYYY-MM-DD), those that were asked for, in their order; name: of the
    card, or the charger where no card was asked for."""

    key: tuple[str, ...]
    name: str
    sessions: int = 0
    energy_wh: int = 0


def energy(connection: Connection, wanted: Filter, by: tuple[By, ...], zone: tzinfo | None) -> list[Energy]:
    """Sums, in the order of their keys. zone: whose months and days; None: this computer's. It holds few rows at once."""
    sums: dict[tuple[str, ...], Energy] = {}
    timely = "month" in by or "day" in by
    for row in _rows(connection, wanted):
        began = datetime.fromtimestamp(row.started_at, zone).date().isoformat() if timely else ""
        parts = {"card": row.id_tag, "charger": row.serial, "month": began[:7], "day": began}
        key = tuple(parts[each] for each in by)
        name = row.card_name if "card" in by else row.charger_name if "charger" in by else ""
        found = sums.setdefault(key, Energy(key, name or ""))
        found.sessions += 1
        found.energy_wh += row.energy_wh
    return [sums[key] for key in sorted(sums)]


def _rows(connection: Connection, wanted: Filter) -> Iterator[Any]:
    query = (
        select(
            transactions.c.id_tag,
            chargers.c.serial,
            transactions.c.started_at,
            transactions.c.energy_wh,
            cards.c.name.label("card_name"),
            chargers.c.name.label("charger_name"),
        )
        .select_from(transactions)
        .join(chargers)
        .outerjoin(cards, cards.c.id_tag == transactions.c.id_tag)
        .where(transactions.c.energy_wh.is_not(None))
    )
    yield from connection.execution_options(yield_per=1000).execute(filtered(query, wanted))
