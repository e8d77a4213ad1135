# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What stands above the tiles: all chargers together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection, select

from chargerctl.central.books.queries.sessions import Filter
from chargerctl.central.books.queries.so_far import readings_of, watt_hours
from chargerctl.central.books.queries.split import energy_between
from chargerctl.central.books.tables import meter_values, transactions
from chargerctl.central.live.state import State
from chargerctl.central.web.status_words import STATUS_WORDS

# What has stopped today and began before yesterday counts as nothing: every session would have to be read.
_LONGEST_S = 86_400.0
# A database has a limit for the parameters of a query.
_AT_ONCE = 500


@dataclass(frozen=True)
class Sums:
    """counts: of chargers by State.word, those that there are, in the order of STATUS_WORDS."""

    chargers: int
    counts: dict[str, int]
    power_w: float
    today_wh: float


def sums(states: Collection[State], today_wh: float) -> Sums:
    counted = Counter(each.word for each in states)
    return Sums(
        len(states),
        {word: counted[word] for word in STATUS_WORDS if counted[word]},
        sum(session.power_w or 0 for each in states for session in each.sessions),
        today_wh,
    )


def midnight(now: float, zone: tzinfo) -> float:
    """When the day began there."""
    return datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def energy_since(connection: Connection, states: Collection[State], since: float) -> float:
    """Wh, of sessions that have stopped and of those that run, each without what it had charged before."""
    began = Filter(begin=since - _LONGEST_S)
    stopped = energy_between(connection, began, [since])[1]
    running = [session for each in states for session in each.sessions]
    before = _readings(connection, [each.id for each in running if each.started_at < since], since)
    return stopped + sum((each.energy_wh or 0) - before.get(each.id, 0) for each in running)


def _readings(connection: Connection, numbers: list[int], at: float) -> dict[int, float]:
    """Wh of these sessions until then, by their last meter value before."""
    found = {}
    for begin in range(0, len(numbers), _AT_ONCE):
        last = (
            select(meter_values.c.id)
            .where(readings_of(meter_values), meter_values.c.at <= at)
            .order_by(meter_values.c.at.desc(), meter_values.c.id.desc())
            .limit(1)
            .correlate(transactions)
            .scalar_subquery()
        )
        query = (
            select(transactions.c.id, transactions.c.meter_start, meter_values.c.value, meter_values.c.unit)
            .join(meter_values, meter_values.c.id == last)
            .where(
                transactions.c.id.in_(numbers[begin : begin + _AT_ONCE]),
                transactions.c.meter_start.is_not(None),
            )
        )
        for row in connection.execute(query):
            found[row.id] = (watt_hours(row.value, row.unit) or row.meter_start) - row.meter_start
    return found
