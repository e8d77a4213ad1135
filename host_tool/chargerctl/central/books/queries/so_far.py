# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The energy of sessions whose stop is not there: by their last meter value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from chargerctl.central.books.tables import meter_values, transactions

# The measurand of a charger's own energy register.
REGISTER = "Energy.Active.Import.Register"

RUNS = and_(transactions.c.stop_received_at.is_(None), transactions.c.closed_at.is_(None))
"""Of a row of transactions: its stop has not come, and is still expected."""


def readings_of(values: Any) -> Any:
    """Which rows of `values` (meter_values or an alias) are readings of that register in the row of `transactions`."""
    return and_(
        values.c.charger_id == transactions.c.charger_id,
        values.c.transaction_id == transactions.c.id,
        values.c.measurand == REGISTER,
        values.c.phase == "",
        values.c.location == "Outlet",
        values.c.format == "Raw",
    )


# More than any charger means.
_MOST = 1e12


def sampled(value: str, unit: str) -> float | None:
    """A sampled value in Wh or W; None where it is no number that can be meant: it is text, and from a charger."""
    try:
        found = float(value) * (1000 if unit in ("kWh", "kW") else 1)
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) < _MOST else None


def charged(reading_wh: float, meter_start: int) -> float:
    """Wh of a session with this reading; a meter that began again meanwhile has given nothing."""
    return max(reading_wh - meter_start, 0.0)


# A database has a limit for the parameters of a query.
_AT_ONCE = 500


@dataclass(frozen=True)
class SoFar:
    """What a session has charged until its last meter value. at: Unix time of that value."""

    at: float
    wh: float


def energy_so_far(connection: Connection, numbers: Sequence[int]) -> dict[int, float | None]:
    """Wh of the transactions with these ids, never less than 0; None where no meter value says it."""
    found = so_far(connection, numbers)
    return {number: None if each is None else each.wh for number, each in found.items()}


def so_far(connection: Connection, numbers: Sequence[int]) -> dict[int, SoFar | None]:
    """The same with the time."""
    found: dict[int, SoFar | None] = {}
    for begin in range(0, len(numbers), _AT_ONCE):
        query = select(
            transactions.c.id,
            transactions.c.meter_start,
            _last(meter_values.c.at).label("at"),
            _last(meter_values.c.value).label("value"),
            _last(meter_values.c.unit).label("unit"),
        ).where(transactions.c.id.in_(numbers[begin : begin + _AT_ONCE]))
        found |= {each.id: _so_far(each) for each in connection.execute(query)}
    return found


def _last(column: Any) -> Any:
    return (
        select(column)
        .where(readings_of(meter_values))
        .order_by(meter_values.c.at.desc(), meter_values.c.id.desc())
        .limit(1)
        .correlate(transactions)
        .scalar_subquery()
    )


def _so_far(row: Any) -> SoFar | None:
    if row.value is None or row.meter_start is None:
        return None
    reading = sampled(row.value, row.unit)
    return None if reading is None else SoFar(row.at, charged(reading, row.meter_start))
