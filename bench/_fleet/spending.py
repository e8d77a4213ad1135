# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a process and those that it has started take of the computer, by what Linux says of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Spent:
    """Seconds of CPU, megabytes at the end."""

    cpu_s: float
    mb: float


def spent(pids: Iterable[int]) -> Spent:
    """By now, of these and their children, in user and system mode. What they share with other processes counts for each in
    part (Pss)."""
    families = [(pid, *_children(pid)) for pid in pids]
    cpu_s = sum(_cpu_s(pid, ended=pid == family[0]) for family in families for pid in family)
    return Spent(cpu_s, sum(_mb(pid) for family in families for pid in family))


def _children(pid: int) -> list[int]:
    return [int(word) for word in _read(pid, f"task/{pid}/children").split()]


def _cpu_s(pid: int, ended: bool) -> float:
    """ended: with its children that have ended."""
    fields = _read(pid, "stat").rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if ended else 13])) / _TICK


def _mb(pid: int) -> float:
    kilobytes = (
        line.split()[1] for line in _read(pid, "smaps_rollup").splitlines() if line.startswith("Pss:")
    )
    return sum(map(int, kilobytes)) / 1024


def _read(pid: int, name: str) -> str:
    """ "" where it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
