# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chart of energy by day: where its bars are, and which days have a label. Pure; the template draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

MOST = 92
"""Days: more would be narrower than can be seen on a phone."""
# So many labels fit beside one another at 360 px.
_LABELS = 5


@dataclass(frozen=True)
class Bar:
    """left and height: of 100; label: "" where the next ones have one."""

    day: date
    wh: int
    left: float
    height: float
    label: str


@dataclass(frozen=True)
class Chart:
    """top_wh: what the height of 100 stands for; width: of each bar, of 100. before_wh: of the days that are not shown."""

    bars: Sequence[Bar]
    width: float
    top_wh: float
    before_wh: int

    @property
    def total_wh(self) -> int:
        return sum(bar.wh for bar in self.bars)

    @property
    def highest(self) -> Bar:
        return max(self.bars, key=lambda bar: bar.wh)


def chart(days: Sequence[date], energies: Sequence[int], before_wh: int) -> Chart:
    """energies: Wh, one for each day."""
    top = nice(max(energies))
    step = math.ceil(len(days) / _LABELS)
    width = 100 / len(days)
    bars = [
        Bar(
            day,
            wh,
            left=width * place,
            height=100 * max(wh, 0) / top,
            label=f"{day.day} {day:%b}" if place % step == step // 2 else "",
        )
        for place, (day, wh) in enumerate(zip(days, energies, strict=True))
    ]
    return Chart(bars, width, top, before_wh)


def nice(most: float) -> float:
    """The end of a scale that holds it, a round number as its half is."""
    if most <= 0:
        return 1000.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * each for each in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10) if power * each >= most)
