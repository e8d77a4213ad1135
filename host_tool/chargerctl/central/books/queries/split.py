# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Energy between given moments, such as midnights: for each day what was charged on it, also of a session over midnight, and
of one that has not ended: until its last meter value.

Such a session is split by its meter: at midnight it has the reading between the last meter value before and the first one
after, as if its power were the same from one to the other; where it has no meter values, from its start to its stop. So the
parts of a session are exactly its energy, and all parts together the sum of the sessions.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from chargerctl.central.books.queries.sessions import Filter, filtered
from chargerctl.central.books.queries.so_far import charged, readings_of, sampled, so_far
from chargerctl.central.books.tables import chargers, meter_values, transactions

_PAGE = 1000
# Sessions whose reading at one moment is looked up together: a database has a limit for the parameters of a query.
_AT_ONCE = 500

_ALL = (
    select(
        transactions.c.id,
        transactions.c.started_at,
        transactions.c.stopped_at,
        transactions.c.energy_wh,
    )
    .select_from(transactions)
    .join(chargers)
)
_STOPPED = _ALL.where(transactions.c.energy_wh.is_not(None))
_ENDLESS = _ALL.where(transactions.c.stop_received_at.is_(None))


@dataclass(frozen=True)
class _Reading:
    """wh: since the start of its session."""

    at: float
    wh: float


@dataclass(frozen=True)
class _Session:
    """What of it counts. stopped_at: of one without an end the time of its last meter value."""

    id: int
    started_at: float
    stopped_at: float
    energy_wh: int


def energy_from_to(connection: Connection, wanted: Filter, moments: Sequence[float]) -> list[int]:
    """Wh from each of the moments (ascending Unix times, two at least) to the next, of sessions however long before they
    began: `begin` and `end` of `wanted` do not count."""
    overlapping = replace(wanted, begin=None, end=moments[-1], charged_after=moments[0])
    return energy_between(connection, overlapping, moments)[1:-1]


def energy_between(connection: Connection, wanted: Filter, moments: Sequence[float]) -> list[int]:
    """Wh of the sessions that are wanted: before the first of the moments (ascending Unix times), from each to the next, and
    after the last. Their sum is that of the sessions. Reads a few at a time."""
    sums = [0] * (len(moments) + 1)
    waiting: defaultdict[int, list[_Session]] = defaultdict(list)
    for row in _sessions(connection, wanted):
        first, last = bisect_right(moments, row.started_at), bisect_left(moments, row.stopped_at)
        # All of it where it ended; what it had charged at a moment between goes over to the part before that moment.
        end = max(first, last)
        sums[end] += row.energy_wh
        if row.energy_wh > 0:
            for place in range(first, end):
                waiting[place].append(row)
                if len(waiting[place]) == _AT_ONCE:
                    _move(connection, sums, place, moments[place], waiting.pop(place))
    for place, rows in waiting.items():
        _move(connection, sums, place, moments[place], rows)
    return sums


def _sessions(connection: Connection, wanted: Filter) -> Iterator[_Session]:
    reading = connection.execution_options(yield_per=_PAGE)
    for row in reading.execute(filtered(_STOPPED, wanted)):
        yield _Session(row.id, row.started_at, row.stopped_at, row.energy_wh)
    for rows in reading.execute(filtered(_ENDLESS, wanted)).partitions(_AT_ONCE):
        found = so_far(connection, [row.id for row in rows])
        for row in rows:
            until = found[row.id]
            if until is not None:
                yield _Session(row.id, row.started_at, max(until.at, row.started_at), round(until.wh))


def _move(
    connection: Connection, sums: list[int], place: int, moment: float, rows: Sequence[_Session]
) -> None:
    """From the part after this moment to the one before it."""
    readings = {each.id: each for each in connection.execute(_around([row.id for row in rows], moment))}
    for row in rows:
        wh = _charged(row, readings[row.id], moment)
        sums[place] += wh
        sums[place + 1] -= wh


def _around(numbers: Sequence[int], moment: float) -> Select[Any]:
    """The readings before and after, of the sessions with these ids."""
    before, after = meter_values.alias(), meter_values.alias()
    last = _nearest(meter_values.c.at >= transactions.c.started_at, meter_values.c.at <= moment, newest=True)
    before_the_end = or_(transactions.c.stopped_at.is_(None), meter_values.c.at <= transactions.c.stopped_at)
    next_ = _nearest(before_the_end, meter_values.c.at > moment, newest=False)
    return (
        select(
            transactions.c.id,
            transactions.c.meter_start,
            before.c.at.label("before_at"),
            before.c.value.label("before_value"),
            before.c.unit.label("before_unit"),
            after.c.at.label("after_at"),
            after.c.value.label("after_value"),
            after.c.unit.label("after_unit"),
        )
        .select_from(transactions)
        .outerjoin(before, before.c.id == last)
        .outerjoin(after, after.c.id == next_)
        .where(transactions.c.id.in_(numbers))
    )


def _nearest(*when: Any, newest: bool) -> Any:
    order = (meter_values.c.at, meter_values.c.id)
    return (
        select(meter_values.c.id)
        .where(readings_of(meter_values), *when)
        .order_by(*(each.desc() for each in order) if newest else order)
        .limit(1)
        .correlate(transactions)
        .scalar_subquery()
    )


def _charged(row: _Session, near: Any, moment: float) -> int:
    """Wh of a session from its start to this moment: never more than all of it, whatever its meter values say."""

    def reading(at: float | None, value: str, unit: str, otherwise: _Reading) -> _Reading:
        found = None if at is None else sampled(value, unit)
        if at is None or found is None:
            return otherwise
        return _Reading(at, min(charged(found, near.meter_start), row.energy_wh))

    begin = reading(near.before_at, near.before_value, near.before_unit, _Reading(row.started_at, 0))
    end = reading(near.after_at, near.after_value, near.after_unit, _Reading(row.stopped_at, row.energy_wh))
    share = (moment - begin.at) / (end.at - begin.at)
    return round(begin.wh + (end.wh - begin.wh) * share)
