# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Power and energy of one session over its time, by its meter values: as a line of a few hundred points, however many there
are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chargerctl.central.books.queries.so_far import REGISTER, sampled
from chargerctl.central.web.sessions.bars import nice

MOST = 300
_POWER = "Power.Active.Import"

Steps = list[tuple[float, float]]
"""(Unix time, W) each."""


@dataclass
class Point:
    """What the meter said at one time; None: nothing. energy_wh: since the start. power_w: measured, or that of the energy
    since the point before."""

    at: float
    energy_wh: float | None = None
    power_w: float | None = None


@dataclass(frozen=True)
class Curve:
    """points: the last of each part of the session's time; times: of how many. path: of the power, in 1000 by 100 (for SVG);
    "" where there are too few. top_w: what 100 stands for. measured: whether the charger said the power."""

    points: Sequence[Point]
    times: int
    path: str
    top_w: float
    measured: bool

    @property
    def most_w(self) -> float:
        return max((each.power_w for each in self.points if each.power_w is not None), default=0.0)


def curve(values: Iterable[Any], begin: float, end: float, meter_start: int | None) -> Curve:
    """values: of meter_values_of(), the oldest first; begin, end: of the session. Holds at most MOST points."""
    slots: dict[int, Point] = {}
    times, last = 0, None
    length = max(end - begin, 1.0)
    for value in values:
        if not _is_shown(value) or not begin <= value.at <= end:
            continue
        if value.at != last:
            times, last = times + 1, value.at
        slot = min(int((value.at - begin) / length * MOST), MOST - 1)
        point = slots.setdefault(slot, Point(value.at))
        point.at = value.at
        _note(point, value, meter_start)
    points = [slots[each] for each in sorted(slots)]
    measured = any(each.power_w is not None for each in points)
    derived = [] if measured else _derive(points, begin)
    power = derived or [(each.at, each.power_w) for each in points if each.power_w is not None]
    top = nice(max((watts for _at, watts in power), default=0.0))
    return Curve(points, times, _path(power, begin, length, top), top, measured)


def _is_shown(value: Any) -> bool:
    return (
        value.measurand in (REGISTER, _POWER)
        and value.phase == ""
        and value.location == "Outlet"
        and value.format == "Raw"
    )


def _note(point: Point, value: Any, meter_start: int | None) -> None:
    found = sampled(value.value, value.unit)
    if found is None:
        return
    if value.measurand == _POWER:
        point.power_w = max(found, 0.0)
    elif meter_start is not None:
        point.energy_wh = found - meter_start


def _derive(points: Sequence[Point], begin: float) -> Steps:
    """The power that the energy shows, and its steps: it is a mean, from one meter value to the next."""
    steps: Steps = []
    at, energy = begin, 0.0
    for each in points:
        if each.energy_wh is not None and each.at > at:
            each.power_w = max(each.energy_wh - energy, 0.0) / (each.at - at) * 3600
            steps += [(at, each.power_w), (each.at, each.power_w)]
            at, energy = each.at, each.energy_wh
    return steps


def _path(power: Steps, begin: float, length: float, top: float) -> str:
    if len(power) < 2:
        return ""
    places = [f"{(at - begin) / length * 1000:.1f} {100 - watts / top * 100:.2f}" for at, watts in power]
    return "M" + "L".join(places)
