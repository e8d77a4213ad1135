# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How much energy chargers have given in all their sessions, and in the last one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Float, case, cast, func, select

from chargerctl.central.books.queries.so_far import energy_so_far
from chargerctl.central.books.tables import chargers, transactions

_AT_ONCE = 500


@dataclass(frozen=True)
class Metered:
    """In Wh. session_wh, session_began: of the session that began last, whether it runs or not; None where there is none, or
    nothing is known."""

    total_wh: float = 0.0
    session_wh: float | None = None
    session_began: float | None = None


def metered(connection: Connection, serials: Sequence[str]) -> dict[str, Metered]:
    """By serial, of those that are in the books.

    A session that has not ended, or whose end never came, counts with its last meter value; one that ends with less than
    it began with counts nothing: its meter began again. Read in one moment of the books, so that no session counts twice.
    """
    found: dict[str, Metered] = {}
    for begin in range(0, len(serials), _AT_ONCE):
        found |= _some(connection, serials[begin : begin + _AT_ONCE])
    return found


def _some(connection: Connection, serials: Sequence[str]) -> dict[str, Metered]:
    wanted = select(chargers.c.id, chargers.c.serial).where(chargers.c.serial.in_(serials))
    numbers = {each.id: each.serial for each in connection.execute(wanted)}
    ours = transactions.c.charger_id.in_(list(numbers))
    # Not as whole numbers, whose sum may be too large for the database where a charger lies.
    energy = cast(case((transactions.c.energy_wh > 0, transactions.c.energy_wh), else_=0), Float)
    sums = {
        each.charger_id: each
        for each in connection.execute(
            select(
                transactions.c.charger_id,
                func.sum(energy).label("ended"),
                func.max(transactions.c.id).label("last"),
            )
            .where(ours)
            .group_by(transactions.c.charger_id)
        )
    }
    without_end = select(transactions.c.id, transactions.c.charger_id).where(
        ours, transactions.c.stop_received_at.is_(None)
    )
    endless = {each.id: each.charger_id for each in connection.execute(without_end)}
    so_far = energy_so_far(connection, list(endless))
    running: defaultdict[int, float] = defaultdict(float)
    for number, charger in endless.items():
        running[charger] += so_far[number] or 0.0
    last = {
        each.id: each
        for each in connection.execute(
            select(transactions.c.id, transactions.c.started_at, transactions.c.energy_wh).where(
                transactions.c.id.in_([each.last for each in sums.values()])
            )
        )
    }
    result = {serial: Metered() for serial in numbers.values()}
    for charger, row in sums.items():
        newest = last[row.last]
        session = so_far.get(newest.id) if newest.id in endless else newest.energy_wh
        result[numbers[charger]] = Metered(
            float(row.ended) + running[charger],
            None if session is None else max(float(session), 0.0),
            newest.started_at,
        )
    return result
