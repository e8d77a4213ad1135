# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was changed on the drive since the last deploy, for the laptop's file to take over. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chargerctl.settings.board_file import BoardFile
from chargerctl.settings.differences import OURS, Difference, bad_value, compare
from chargerctl.settings.merge import strays
from chargerctl.settings.problems import Place, Problem


def changes_to_pull(
    base: Mapping[str, str], drive: BoardFile, laptop: Mapping[str, str], keep: str | None, label: str
) -> tuple[list[Difference], list[Difference], list[Problem]]:
    """(what to take, conflicts that `keep` does not decide, lines of the drive that cannot be taken).

    base: the manifest's hashes, {} for none: then every difference counts, and two values are a conflict.
    """
    taken, conflicts = [], []
    problems = [] if keep == "laptop" else strays(drive, label)
    for one in compare(base, drive, laptop, OURS):
        if one.changed_by == "laptop" or (one.changed_by == "both" and keep == "laptop"):
            continue
        bad = bad_value(one)
        if bad and keep == "laptop":
            continue
        if bad:
            problems.append(Problem(Place(label, one.line, 1), f"{one.variable}: {bad}"))
        elif one.changed_by == "both" and keep is None:
            conflicts.append(one)
        else:
            taken.append(one)
    return taken, conflicts, sorted(problems, key=lambda problem: problem.order)
