# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charts of the report's page: where their lines are. Pure; the template draws them as SVG of WIDTH by HEIGHT."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from chargerctl.fleet.report.words import chargers, clock, count, ms, rate, states

WIDTH, HEIGHT = 1000, 240
_MOST_STATES = 8


@dataclass(frozen=True)
class Line:
    """path: of SVG; kind: the number of its colour."""

    name: str
    path: str
    kind: int


@dataclass(frozen=True)
class Chart:
    """title, about: for people; top, middle: the texts of its upper end and of half of it; begin, end: of its time axis."""

    title: str
    about: str
    lines: Sequence[Line]
    top: str
    middle: str
    begin: str
    end: str
    filled: bool = False


def charts(summary: Mapping[str, Any]) -> list[Chart]:
    """Of a summary that has a series. Empty where nothing was measured."""
    series = summary["series"]
    slots = series["slots"]
    if len(slots) < 2:
        return []
    times = [slot["at_s"] for slot in slots]
    return [
        _messages(slots, times),
        _answers(slots, times),
        _chargers(slots, times),
    ]


def _messages(slots: Sequence[Any], times: Sequence[float]) -> Chart:
    # Of a slot that has hardly begun, such as the last one before Ctrl-C, there is no rate.
    width_s = max(slot["for_s"] for slot in slots)
    whole = [slot["for_s"] >= width_s / 2 for slot in slots]
    values = {
        title: [slot[name] / slot["for_s"] if each else None for slot, each in zip(slots, whole, strict=True)]
        for title, name in (("from the chargers", "frames_out"), ("to the chargers", "frames_in"))
    }
    top = _nice(
        max((number for each in values.values() for number in each if number is not None), default=0.0)
    )
    most = max((number for number in values["from the chargers"] if number is not None), default=0.0)
    lines = [Line(name, _path(times, each, top), kind) for kind, (name, each) in enumerate(values.items())]
    return Chart(
        "Messages a second",
        f"At most {rate(most)}/s from the chargers.",
        lines,
        f"{rate(top)}/s",
        f"{rate(top / 2)}/s",
        *_ends(slots),
    )


def _answers(slots: Sequence[Any], times: Sequence[float]) -> Chart:
    shown = ("p50", "p99")
    values = {name: [slot["ms"][name] for slot in slots] for name in shown}
    top = _nice(max((ms for each in values.values() for ms in each if ms is not None), default=0.0))
    lines = [Line(name, _path(times, each, top), kind) for kind, (name, each) in enumerate(values.items())]
    worst = max((each for each in values["p99"] if each is not None), default=None)
    return Chart(
        "From a call to its answer",
        f"p99 of the worst interval: {ms(worst)}.",
        lines,
        ms(top),
        ms(top / 2),
        *_ends(slots),
    )


def _chargers(slots: Sequence[Any], times: Sequence[float]) -> Chart:
    """Each state as a band on those before it."""
    most: dict[str, int] = {}
    for slot in slots:
        for name, number in slot["states"].items():
            most[name] = max(most.get(name, 0), number)
    names = sorted(most, key=lambda name: -most[name])[:_MOST_STATES]
    ordered = [name for name, _number in states(dict.fromkeys(names, 0))]
    total = max((sum(slot["states"].values()) for slot in slots), default=0)
    base = [0.0] * len(slots)
    lines = []
    for kind, name in enumerate(ordered):
        upper = [low + slot["states"].get(name, 0) for low, slot in zip(base, slots, strict=True)]
        lines.append(Line(name, _band(times, base, upper, max(total, 1)), kind))
        base = upper
    return Chart(
        "Chargers by state",
        f"{chargers(total)}.",
        lines,
        count(total),
        count(total / 2) if total % 2 == 0 else f"{total / 2:,.1f}",
        *_ends(slots),
        filled=True,
    )


def _ends(slots: Sequence[Any]) -> tuple[str, str]:
    last = slots[-1]
    return clock(slots[0]["at_s"]), clock(last["at_s"] + last["for_s"])


def _x(times: Sequence[float], at: float) -> float:
    return (at - times[0]) / (times[-1] - times[0]) * WIDTH


def _y(value: float, top: float) -> float:
    return HEIGHT - value / top * HEIGHT


def _path(times: Sequence[float], values: Sequence[float | None], top: float) -> str:
    """It breaks where there is no value. One between two breaks is a dot."""
    parts = []
    for there, run in groupby(zip(times, values, strict=True), key=lambda each: each[1] is not None):
        if there:
            points = [f"{_x(times, at):.1f} {_y(value, top):.1f}" for at, value in run if value is not None]
            parts.append(f"M{'L'.join(points)}{'h0' if len(points) == 1 else ''}")
    return "".join(parts)


def _band(times: Sequence[float], lower: Sequence[float], upper: Sequence[float], top: float) -> str:
    there = [f"{_x(times, at):.1f} {_y(value, top):.1f}" for at, value in zip(times, upper, strict=True)]
    back = [f"{_x(times, at):.1f} {_y(value, top):.1f}" for at, value in zip(times, lower, strict=True)]
    return f"M{'L'.join([*there, *reversed(back)])}Z"


def _nice(most: float) -> float:
    """The end of a scale that holds it, a round number."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * each for each in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if power * each >= most)
