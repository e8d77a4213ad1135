# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The energy of sessions that were closed, for their stop was given up: that of their last meter value, until it comes.

It is in the row of the session, so that every sum over sessions has it without a look at meter values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from chargerctl.central.books import storable
from chargerctl.central.books.direct import Direct, Single
from chargerctl.central.books.queries.so_far import energy_so_far
from chargerctl.central.books.tables import LARGEST_TRANSACTION_ID, transactions

# A database has a limit for the parameters of a query.
_AT_ONCE = 500

_WITHOUT_STOP = transactions.c.stop_received_at.is_(None)
_GIVEN_UP = select(transactions.c.id, transactions.c.counted_wh).where(
    transactions.c.closed_at.is_not(None), _WITHOUT_STOP
)
_THIS = Single(_GIVEN_UP.where(transactions.c.id == bindparam("number")))
_THESE = _GIVEN_UP.where(transactions.c.id.in_(bindparam("numbers", expanding=True))).order_by(
    transactions.c.id
)
_COUNT = (
    update(transactions)
    .where(transactions.c.id == bindparam("number"), _WITHOUT_STOP)
    .values(energy_wh=bindparam("energy"), counted_wh=bindparam("counted"))
)


def among(connection: Connection, books: Direct, numbers: Iterable[int | None]) -> list[int]:
    """Those of these transactions that were given up; ids that are not in the books may be among them. Most often none is,
    and that costs little."""
    ours = sorted({each for each in numbers if each is not None and 0 < each <= LARGEST_TRANSACTION_ID})
    if len(ours) == 1 or books.dialect.name == "sqlite":
        return [each for each in ours if books.one(_THIS, number=each) is not None]
    # One question for all of a unit: a server is a round trip away.
    found: list[int] = []
    for begin in range(0, len(ours), _AT_ONCE):
        found += connection.execute(_THESE, {"numbers": ours[begin : begin + _AT_ONCE]}).scalars()
    return found


def count(connection: Connection, numbers: Sequence[int]) -> None:
    """Let those of these transactions that were given up count by their last meter value. For whoever closes one, or writes
    meter values of one."""
    for begin in range(0, len(numbers), _AT_ONCE):
        some = _GIVEN_UP.where(transactions.c.id.in_(numbers[begin : begin + _AT_ONCE]))
        already = {each.id: each.counted_wh for each in connection.execute(some)}
        if already:
            _write(connection, already)


def _write(connection: Connection, already: dict[int, int | None]) -> None:
    rows: list[dict[str, Any]] = []
    for number, charged in energy_so_far(connection, list(already)).items():
        energy = None if charged is None else storable.number(round(charged))
        counted = max((each for each in (already[number], energy) if each is not None), default=None)
        rows.append({"number": number, "energy": energy, "counted": counted})
    connection.execute(_COUNT, rows)
