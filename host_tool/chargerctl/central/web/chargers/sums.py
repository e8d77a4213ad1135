# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What stands above the tiles: all chargers together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import Connection

from chargerctl.central.books.queries.sessions import Filter
from chargerctl.central.books.queries.split import energy_from_to
from chargerctl.central.days import days_between
from chargerctl.central.live.state import State
from chargerctl.central.web.status_words import STATUS_WORDS


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


def energy_today(connection: Connection, now: float, zone: tzinfo) -> float:
    """Wh of the day in this zone, as the chart of the sessions has it."""
    return energy_from_to(connection, Filter(), days_between(now, now, zone, 1).begins)[0]
