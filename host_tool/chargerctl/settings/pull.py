# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was changed on the drive since the last deploy, for the laptop's file to take over. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chargerctl.settings.board_file import BoardFile
from chargerctl.settings.differences import OURS, Difference, bad_value, compare, strays, winner_of
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
        # What the drive alone changed is asked for: `keep` has no say in it.
        winner, bad = winner_of(one, None) or winner_of(one, keep), bad_value(one)
        if winner == "drive":
            taken.append(one)
        elif not winner and bad:
            problems.append(Problem(Place(label, one.line, 1), f"{one.variable}: {bad}"))
        elif not winner:
            conflicts.append(one)
    return taken, conflicts, sorted(problems, key=lambda problem: problem.order)
