# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finds the settings that were changed on the drive since the last deploy, to copy to the laptop's file. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chargerctl.settings.board_file import BoardFile
from chargerctl.settings.differences import OURS, Difference, bad_value, compare, strays, winner_of
from chargerctl.settings.problems import Place, Problem


def changes_to_pull(
    base: Mapping[str, str], drive: BoardFile, laptop: Mapping[str, str], keep: str | None, label: str
) -> tuple[list[Difference], list[Difference], list[Problem]]:
    """(changes to copy, conflicts that `keep` does not decide, lines of the drive that cannot be used).

    base: the hashes in the manifest; with {} every difference is copied, and two different values are a conflict.
    """
    taken, conflicts = [], []
    problems = [] if keep == "laptop" else strays(drive, label)
    for one in compare(base, drive, laptop, OURS):
        # What only the drive changed is what a pull is for: `keep` does not matter.
        winner, bad = winner_of(one, None) or winner_of(one, keep), bad_value(one)
        if winner == "drive":
            taken.append(one)
        elif not winner and bad:
            problems.append(Problem(Place(label, one.line, 1), f"{one.variable}: {bad}"))
        elif not winner:
            conflicts.append(one)
    return taken, conflicts, sorted(problems, key=lambda problem: problem.order)
