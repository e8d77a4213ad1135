# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Times, durations and energies as people read them, in the time of this computer; and times as they type them."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Any

import click
from click.shell_completion import CompletionItem

_AGO = re.compile(r"(\d{1,5})\s*(min|h|d)")
_UNITS = {"min": "minutes", "h": "hours", "d": "days"}


def local_time(unix: float | None, to: str = "seconds") -> str:
    """With the day; "" for None. to: or minutes."""
    return "" if unix is None else datetime.fromtimestamp(unix).isoformat(" ", to)


def recent_time(unix: float | None, now: float | None = None) -> str:
    """Without the day if that is today."""
    if unix is None:
        return ""
    today = datetime.fromtimestamp(time.time() if now is None else now).date()
    moment = datetime.fromtimestamp(unix)
    return moment.isoformat(" ", "seconds") if moment.date() != today else moment.time().isoformat("seconds")


def duration(seconds: float | None) -> str:
    """H:MM, in whole minutes."""
    if seconds is None:
        return ""
    minutes = max(0, int(seconds)) // 60
    return f"{minutes // 60}:{minutes % 60:02}"


def kwh(watt_hours: float | None) -> str:
    """To the watt-hour, without the unit: it belongs in the title of the column."""
    return "" if watt_hours is None else f"{watt_hours / 1000:.3f}"


class Moment(click.ParamType):
    """A day, a time, or how long ago, as Unix time. at_end: a day means its end, not its beginning."""

    name = "TIME"

    def __init__(self, at_end: bool = False) -> None:
        self._at_end = at_end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        text = str(value).strip()
        if ago := _AGO.fullmatch(text):
            return time.time() - timedelta(**{_UNITS[ago[2]]: int(ago[1])}).total_seconds()
        try:
            moment = datetime.fromisoformat(text)
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text) and self._at_end:
                moment += timedelta(days=1)
            return moment.timestamp()
        except (ValueError, OverflowError, OSError):
            self.fail(
                f"{text[:40]!r} must be a date or a time, 2026-11-30 or 2026-11-30T18:00, or an age, 7d, 3h or 30min",
                param,
                ctx,
            )

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        today = datetime.now().date()
        days = (today, today.replace(day=1), today.replace(month=1, day=1))
        return [CompletionItem(day.isoformat()) for day in days if day.isoformat().startswith(incomplete)]
