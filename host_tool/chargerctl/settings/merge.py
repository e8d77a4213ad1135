# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Three-way merge of settings: what was last deployed, what is on the drive now, what the laptop has.

Pure. One side changed: it wins. Both: a conflict, which `keep` decides. Nothing typed on the drive is dropped
without that decision; comments and variables that are not ours stay.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chargerctl.errors import InputError
from chargerctl.settings.board_edit import BoardEdit
from chargerctl.settings.board_file import BoardFile, read_board_file
from chargerctl.settings.effective import board_for
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.rules import check_together
from chargerctl.settings.sources import PREFIX, RENDERED, Given, rendered_pair
from chargerctl.settings.table import (
    BY_VARIABLE,
    SETTINGS,
    Setting,
    board_settings,
    near_variable,
)

_SALT = "salt"
OURS = tuple(setting.variable for setting in SETTINGS.values())


def salted_hashes(flat: Mapping[str, str], before: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a drive's manifest keeps of a deploy's settings: {"salt": hex, variable: hash}, words without blanks.

    before: of the deploy before, if there was one; the salt stays, so that the same settings give the same hashes.
    Always of the laptop's settings, also where the drive's value was kept: so it goes on being kept.
    """
    salt = (before or {}).get(_SALT) or secrets.token_hex(16)
    return {_SALT: salt} | {variable: _hash(salt, variable, text) for variable, text in flat.items()}


def _hash(salt: str, variable: str, text: str) -> str:
    return hashlib.sha256(f"{salt} {variable} {text}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Difference:
    """A variable that drive and laptop disagree on; None: not there."""

    variable: str
    drive: str | None
    laptop: str | None
    changed_by: str  # drive, laptop or both
    line: int = 1  # on the drive
    unreadable: str = ""  # why the drive's line says nothing

    @property
    def setting(self) -> Setting:
        return SETTINGS[RENDERED[self.variable]] if self.variable in RENDERED else BY_VARIABLE[self.variable]

    @property
    def name(self) -> str:
        return self.variable if self.variable in RENDERED else self.setting.name

    def shown(self, text: str | None, reveal: bool = False) -> str:
        return "nothing" if text is None else f'"{self.setting.shown(text, reveal)}"'

    def as_json(self) -> dict[str, object]:
        """Masked, as everything that is printed."""
        sides = {"drive": self.drive, "laptop": self.laptop}
        masked = {side: None if text is None else self.setting.shown(text) for side, text in sides.items()}
        return {"setting": self.name, "changed_by": self.changed_by, **masked}


@dataclass(frozen=True)
class Change:
    """What a merge did about a difference."""

    difference: Difference
    winner: str  # drive or laptop

    def __str__(self) -> str:
        one = self.difference
        drive, laptop = one.shown(one.drive), one.shown(one.laptop)
        why = "" if one.changed_by == "both" else f", changed on the {one.changed_by}"
        if self.winner == "drive":
            return f"{one.name}: the drive's {drive} stays{why} (the laptop has {laptop})"
        return f"{one.name}: {laptop} replaces {'an unreadable line' if one.unreadable else drive}{why}"

    def as_json(self) -> dict[str, object]:
        return {**self.difference.as_json(), "winner": self.winner}


class MergeError(InputError):
    """The merge needs a decision, or the drive's file needs mending."""

    def __init__(self, conflicts: list[Difference], problems: list[Problem]) -> None:
        self.texts = [str(problem) for problem in problems] + [
            f"{one.name}: the drive has {one.shown(one.drive)}, the laptop has {one.shown(one.laptop)}"
            for one in conflicts
        ]
        if problems:
            remedy = (
                "mend the drive's settings.toml, or use --keep laptop, which makes comments of such lines"
            )
        else:
            remedy = "changed on the drive and on the laptop: decide with --keep laptop or --keep drive"
        super().__init__(
            remedy,
            conflicts=[one.as_json() for one in conflicts],
            problems=[problem.as_json() for problem in problems],
        )

    def lines(self) -> list[str]:
        return [*self.texts, *super().lines()]


@dataclass
class MergeResult:
    """`content` is the drive's new settings.toml; it counts only when check() is content."""

    content: bytes = b""
    changes: list[Change] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def check(self) -> None:
        """Raises MergeError where a person must decide."""
        if self.conflicts or self.problems:
            raise MergeError(self.conflicts, self.problems)


def compare(
    base: Mapping[str, str], drive: BoardFile, laptop: Mapping[str, str], variables: Iterable[str] = OURS
) -> list[Difference]:
    """Every variable on which drive and laptop differ, and who changed it since `base`."""
    if not any(_lines(drive, variable) for variable in OURS):
        base = {}  # a new or emptied file: nothing was typed there, and nothing was deleted on purpose
    found = []
    for variable in variables:
        text, reason, line = _drive_value(drive, variable)
        own = laptop.get(variable)
        if text == own and not reason:
            continue
        before = base.get(variable)
        drive_changed = bool(reason) or _digest(base, variable, text) != before
        laptop_changed = _digest(base, variable, own) != before
        by = "both" if drive_changed and laptop_changed else "drive" if drive_changed else "laptop"
        found.append(Difference(variable, text, own, by, line, reason))
    return found


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

    base_hashes: salted_hashes() of the last deploy, {} for none; drive_content: the drive's file, None for none;
    laptop_flat: Effective.flat(); keep: "laptop", "drive" or None; board_id: to check pins; label: how messages
    call the drive's file.
    """
    drive = read_board_file(drive_content or b"")
    edit, result = BoardEdit(drive), MergeResult()
    merged = dict(laptop_flat)

    def settle(differences: list[Difference]) -> None:
        for one in differences:
            bad = bad_value(one)
            winner = one.changed_by if one.changed_by != "both" else keep
            if bad and keep == "laptop":
                winner = "laptop"
            if bad and winner != "laptop":
                result.problems.append(Problem(Place(label, one.line, 1), f"{one.variable}: {bad}"))
            elif winner is None:
                result.conflicts.append(one)
            else:
                result.changes.append(Change(one, winner))
                if winner == "laptop":
                    edit.put(one.variable, _lines(drive, one.variable), one.laptop, bool(bad))
                else:
                    _assign(merged, one.variable, one.drive)

    settle(compare(base_hashes, drive, laptop_flat))
    # CircuitPython's own pair follows what became of the settings that it is written from.
    settle(compare(base_hashes, drive, rendered_pair(merged), RENDERED))
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


def _assign(flat: dict[str, str], variable: str, text: str | None) -> None:
    if text is None:
        flat.pop(variable, None)
    else:
        flat[variable] = text


def _lines(drive: BoardFile, variable: str) -> list[int]:
    """Indices of the drive's lines that give this variable, under any of its spellings."""
    return sorted(index for each in _spellings(variable) for index in drive.lines_of.get(each, ()))


def _spellings(variable: str) -> tuple[str, ...]:
    return BY_VARIABLE[variable].spellings if variable in BY_VARIABLE else (variable,)


def _drive_value(drive: BoardFile, variable: str) -> tuple[str | None, str, int]:
    """(text, reason, line from 1): None with a reason where the drive's lines give no one value."""
    spellings = _spellings(variable)
    for fault in drive.faults:
        if fault.variable in spellings:
            return None, fault.reason, fault.line
    texts = {_canonical(each, drive.values[each]) for each in spellings if each in drive.values}
    lines = _lines(drive, variable)
    if len(texts) > 1:
        return (
            None,
            f"{' and '.join(each for each in spellings if each in drive.values)} differ",
            lines[-1] + 1,
        )
    return (texts.pop() if texts else None), "", (lines[0] + 1 if lines else 1)


def _canonical(variable: str, text: str) -> str:
    return BY_VARIABLE[variable].canonical(text) if variable in BY_VARIABLE else text


def _digest(base: Mapping[str, str], variable: str, text: str | None) -> str | None:
    return None if text is None else _hash(base.get(_SALT, ""), variable, text)


def bad_value(one: Difference) -> str:
    """Why the drive's value will not do: unreadable, not a good one, or none where one is required."""
    if one.unreadable:
        return one.unreadable
    if one.drive is None:
        return f"is required; the laptop has {one.shown(one.laptop)}" if one.setting.required else ""
    try:
        one.setting.check(one.drive)
    except ValueError as error:
        return str(error)
    return ""


def strays(drive: BoardFile, label: str) -> list[Problem]:
    """Lines that are no setting but look like one, and what the board would not read at all."""
    problems = []
    for variable, indices in drive.lines_of.items():
        if variable.upper().startswith(PREFIX) and variable not in BY_VARIABLE:
            near = near_variable(variable)
            message = f"{variable}: " + (f"did you mean {near}?" if near else "is not a setting")
            problems += [Problem(Place(label, index + 1, 1), message) for index in indices]
    for fault in drive.faults:
        if not fault.variable and (fault.line > drive.end or PREFIX in drive.lines[fault.line - 1]):
            problems.append(Problem(Place(label, fault.line, 1), fault.reason))
    return problems


def _together(merged: Mapping[str, str], board_id: str | None, label: str) -> list[Problem]:
    """What is wrong with the merged settings as a whole."""
    given = {
        BY_VARIABLE[variable].name: Given(BY_VARIABLE[variable], text, "merge", Place(label), f"{variable}: ")
        for variable, text in merged.items()
        if variable in BY_VARIABLE
    }
    values, _ = board_settings.load(merged.get)
    problems = check_together(values, given, board_for(values, board_id))
    return [problem for problem in problems if not problem.warning]
