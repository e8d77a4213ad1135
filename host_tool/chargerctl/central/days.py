# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Days as a person counts them, in a zone: from midnight to midnight, 23 or 25 hours long where the clocks change. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class Days:
    """begins: Unix times of the midnights, one more than there are days, for the last day has an end."""

    dates: tuple[date, ...]
    begins: tuple[float, ...]


def midnight(day: date, zone: tzinfo) -> float:
    """Unix time at which the day begins; where the clocks skip midnight, the moment at which they do."""
    return datetime.combine(day, time(), zone).timestamp()


def days_between(first: float, last: float, zone: tzinfo, most: int) -> Days:
    """The days of these two Unix times and those between, at most so many: then the last ones."""
    end = datetime.fromtimestamp(max(first, last), zone).date()
    begin = max(datetime.fromtimestamp(first, zone).date(), end - timedelta(days=most - 1))
    dates = tuple(begin + timedelta(days=each) for each in range((end - begin).days + 1))
    return Days(dates, tuple(midnight(day, zone) for day in (*dates, end + timedelta(days=1))))
