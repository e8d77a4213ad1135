# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a monitor's log has of a board: its starts, and its lines since the last of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from chargerctl.monitor.log import last_lines
from chargerctl.monitor.secrets import Masker
from chargerctl.monitor.text import LOGGED, STARTED

# As monitor/entries.py writes the mark of a start.
_START = re.compile(
    r"(\S{1,40}) \* board (?:started: .*, reset: (\w{1,40})|restarted: .*?)(?:; before that it ran for (\d{1,9}) s)?"
)
# CircuitPython's own line before a prompt, in no language but English.
_BANNER = re.compile(r"Adafruit CircuitPython (\S{1,40}) on \d{4}-")
_MOST = 10


@dataclass(frozen=True)
class Logged:
    """lines: of the board, since its last start. starts: the latest, each with its time and the reason of the reset; none
    where the log has no start. circuitpython: its version, "" where no line has it."""

    lines: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    circuitpython: str = ""


def logged(path: Path, secrets: tuple[str, ...]) -> Logged:
    """ChargerctlError where the log cannot be read."""
    masker = Masker(secrets)
    lines: list[str] = []
    starts: list[str] = []
    circuitpython = ""
    for line in last_lines(path):
        if STARTED.match(line):
            starts.append(_start(line))
            lines = []
        elif (found := LOGGED.fullmatch(line)) and found[1] == " ":
            lines.append(masker.masked(found[2]))
            if banner := _BANNER.match(found[2]):
                circuitpython = banner[1]
    return Logged(tuple(lines) if starts else (), tuple(starts[-_MOST:]), circuitpython)


def _start(mark: str) -> str:
    found = _START.match(mark)
    if not found:
        return mark.partition(" ")[0]
    ran = f", after {int(found[3]):,} s" if found[3] else ""
    return f"{found[1]} {found[2] or 'no reason told'}{ran}"
