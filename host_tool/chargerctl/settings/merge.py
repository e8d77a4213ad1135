# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Three-way merge of settings: what was last deployed, what is on the drive now, what the laptop has.

Pure. If one side changed a setting, it wins; if both did, `keep` decides (differences.winner_of()). Nothing typed on
the drive is lost without that decision; comments and other variables stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chargerctl.errors import InputError
from chargerctl.settings.board_edit import BoardEdit
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.differences import Difference, bad_value, compare, lines_of, strays, winner_of
from chargerctl.settings.effective import board_for
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.rules import check_together
from chargerctl.settings.sources import Given, rendered_pair
from chargerctl.settings.table import BY_VARIABLE, CIRCUITPYTHONS, RENDERED
from chargerctl.settings.values import Values


@dataclass(frozen=True)
class Change:
    """How a merge resolved a difference."""

    difference: Difference
    winner: str  # drive or laptop

    def __str__(self) -> str:
        one = self.difference
        drive, laptop = one.shown(one.drive), one.shown(one.laptop)
        why = "" if one.changed_by == "both" else f", changed on the {one.changed_by}"
        if self.winner == "drive" and one.drive is None:
            return f"{one.name}: removed on the drive, not added again (the laptop has {laptop})"
        if self.winner == "drive":
            return f"{one.name}: kept {drive}{why} (the laptop has {laptop})"
        if one.unreadable:
            return f"{one.name}: {laptop} replaces a line that cannot be read"
        if one.drive is None:
            return f"{one.name}: {laptop} added"
        if one.laptop is None:
            return f"{one.name}: {drive} removed{why}"
        return f"{one.name}: {laptop} replaces {drive}{why}"

    def as_json(self) -> dict[str, object]:
        return {**self.difference.as_json(), "winner": self.winner}


class MergeError(InputError):
    """The merge needs a decision, or a correction of the drive's file.

    at_stake: what only the drive changed, which --keep laptop would overwrite, too.
    """

    def __init__(
        self, conflicts: list[Difference], problems: list[Problem], at_stake: Sequence[Difference] = ()
    ) -> None:
        self.texts = [str(problem) for problem in problems] + [
            f"{one.name}: the drive has {one.shown(one.drive)}, the laptop has {one.shown(one.laptop)}"
            for one in conflicts
        ]
        self.texts += [
            f"{one.name}: changed only on the drive; --keep laptop would overwrite it, too"
            for one in at_stake
        ]
        if problems:
            remedy = "correct the drive's settings.toml, or use --keep laptop, which turns these lines into comments"
        else:
            remedy = "changed on the drive and on the laptop: choose with --keep laptop or --keep drive"
        super().__init__(
            remedy,
            conflicts=[one.as_json() for one in conflicts],
            problems=[problem.as_json() for problem in problems],
        )

    def lines(self) -> list[str]:
        return [*self.texts, *super().lines()]


@dataclass
class MergeResult:
    """`content` is the drive's new settings.toml, valid only if check() raises nothing."""

    content: bytes = b""
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def check(self) -> None:
        """MergeError if a person must decide."""
        if self.conflicts or self.problems:
            kept = [change.difference for change in self.changes if change.winner == "drive"]
            at_stake = [one for one in kept if winner_of(one, "laptop") == "laptop"]
            raise MergeError(self.conflicts, self.problems, at_stake)


def merge(
    base_hashes: Mapping[str, str],
    drive_content: bytes | None,
    laptop_flat: Mapping[str, str],
    keep: str | None = None,
    *,
    board_id: str | None = None,
    label: str = "settings.toml",
) -> MergeResult:
    """The settings.toml to write.

    base_hashes: salted_hashes() of the last deploy, or {}; drive_content: the drive's file, or None;
    laptop_flat: Effective.flat() and for_circuitpython(); keep: "laptop", "drive" or None; board_id: to check pins; label:
    the drive's file in messages. With "laptop", lines of the drive that cannot be used become comments.
    """
    drive = read_board_file(drive_content or b"")
    edit, result = BoardEdit(drive), MergeResult()
    merged = dict(laptop_flat)

    def settle(differences: list[Difference], keep: str | None = keep) -> None:
        for one in differences:
            winner, bad = winner_of(one, keep), bad_value(one)
            if winner:
                result.changes.append(Change(one, winner))
            elif bad:
                result.problems.append(Problem(Place(label, one.line, 1), f"{one.variable}: {bad}"))
            else:
                result.conflicts.append(one)
            if winner == "laptop":
                edit.put(one.variable, lines_of(drive, one.variable), one.laptop, bool(bad))
            elif winner == "drive" and one.drive is None:
                merged.pop(one.variable, None)
            elif winner == "drive":
                merged[one.variable] = str(one.drive)

    settle(compare(base_hashes, drive, laptop_flat))
    # CircuitPython's own Wi-Fi variables follow the merged settings.
    settle(compare(base_hashes, drive, rendered_pair(merged), RENDERED))
    # Where a person has set one of CircuitPython's own settings, that value stays.
    known = [name for name in CIRCUITPYTHONS if name in laptop_flat or name in base_hashes]
    settle(compare(base_hashes, drive, laptop_flat, known), keep or "drive")
    if keep == "laptop":
        for problem in strays(drive, label):
            edit.comment_out(problem.place.line - 1)
        edit.comment_out_unread()
    else:
        result.problems += strays(drive, label)
    if not result.problems and not result.conflicts:
        result.problems += _together(merged, board_id, label)
    result.problems.sort(key=lambda problem: problem.order)
    result.content = edit.content()
    return result


def _together(merged: Mapping[str, str], board_id: str | None, label: str) -> list[Problem]:
    """The mistakes in the merged settings as a whole."""
    given = {
        BY_VARIABLE[variable].name: Given(BY_VARIABLE[variable], text, "merge", Place(label), f"{variable}: ")
        for variable, text in merged.items()
        if variable in BY_VARIABLE
    }
    values = Values.of(merged)
    problems = check_together(values, given, board_for(values, board_id))
    return [problem for problem in problems if not problem.warning]
