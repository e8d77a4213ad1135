# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the page offers, from the tables of the script language: its lines with their help, and the choices in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from chargerctl.simulator.peripherals import FAILING
from chargerctl.simulator.script.line import Line
from chargerctl.simulator.script.lines import LINES

# Those that the charger carries out without more to say. A line can make any call.
_CALLS = (
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "UnlockConnector",
    "ChangeAvailability",
    "GetConfiguration",
    "TriggerMessage",
    "ClearCache",
    "Reset",
)


def controls() -> dict[str, Any]:
    """Values for the template."""
    lines = [each for each in LINES if each.act and "FILE" not in each.usage]
    return {
        "lines": lines,
        "completions": [text for each in lines for text in _beginnings(each)],
        "failing": FAILING,
        "ntp": _choices("ntp"),
        "calls": _CALLS,
    }


def _choices(keyword: str) -> tuple[str, ...]:
    """What the first line that begins so can go on with."""
    return next(each.elements[1].words for each in LINES if each.keywords == (keyword,))


def _beginnings(line: Line) -> Iterator[str]:
    """The ways in which the line can begin, up to the first value that a person has to give."""
    words = list(itertools.takewhile(bool, (each.words for each in line.elements)))
    for chosen in itertools.product(*words):
        yield " ".join(chosen) + ("" if len(words) == len(line.elements) else " ")
