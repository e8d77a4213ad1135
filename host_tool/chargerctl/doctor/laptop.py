# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings on the laptop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chargerctl.doctor.finding import FAILED, OK, WARNING, Finding
from chargerctl.settings import Problem

_REMEDY = "correct it there; chargerctl config check shows all of them"


def settings_findings(where: str, count: int, problems: Iterable[Problem]) -> Iterator[Finding]:
    """A finding for each mistake, or one that there is none. where: the settings file; count: how many settings it gives."""
    failed = False
    for problem in problems:
        failed |= not problem.warning
        yield Finding(
            "settings", WARNING if problem.warning else FAILED, f"{problem.place}: {problem.message}", _REMEDY
        )
    if not failed:
        yield Finding("settings", OK, f"{where}: {count} settings given, no mistake")
