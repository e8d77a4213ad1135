# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What stands above the tiles: all chargers together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection, func, select

from chargerctl.central.books.tables import transactions
from chargerctl.central.live.state import State
from chargerctl.central.web.chargers.words import NAMES


@dataclass(frozen=True)
class Sums:
    """counts: of chargers by State.word, those that there are, in the order of NAMES. today_wh: of the sessions that began
    today, also those that run."""

    chargers: int
    counts: dict[str, int]
    power_w: float
    today_wh: float


def sums(states: Collection[State], stopped_wh: float, since: float) -> Sums:
    """stopped_wh: of the sessions that began `since`, which is the viewer's midnight, and have stopped."""
    counted = Counter(each.word for each in states)
    running = [session for each in states for session in each.sessions]
    return Sums(
        len(states),
        {word: counted[word] for word in NAMES if counted[word]},
        sum(each.power_w or 0 for each in running),
        stopped_wh + sum(each.energy_wh or 0 for each in running if each.started_at >= since),
    )


def midnight(now: float, zone: tzinfo) -> float:
    """When the day began there."""
    return datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def stopped_wh(connection: Connection, since: float) -> float:
    """Of the sessions that began since then and have stopped; the books find them in an index."""
    query = select(func.sum(transactions.c.energy_wh)).where(transactions.c.started_at >= since)
    return float(connection.execute(query).scalar() or 0)
