# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a drive's settings and the laptop's disagree on, and which side changed since the last deploy. Pure."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chargerctl.settings.board_file import BoardFile
from chargerctl.settings.likeness import did_you_mean
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.table import (
    BY_VARIABLE,
    PREFIX,
    SETTINGS,
    Setting,
    near_variable,
    setting_of,
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
        setting = setting_of(self.variable)
        assert setting is not None
        return setting

    @property
    def is_ours(self) -> bool:
        """A setting of the charger, none of CircuitPython itself."""
        return self.variable in BY_VARIABLE

    @property
    def name(self) -> str:
        return self.setting.name if self.is_ours else self.variable

    def shown(self, text: str | None, reveal: bool = False) -> str:
        return "nothing" if text is None else f'"{self.setting.shown(text, reveal)}"'

    def as_json(self) -> dict[str, object]:
        """Masked, as everything that is printed."""
        sides = {"drive": self.drive, "laptop": self.laptop}
        masked = {side: None if text is None else self.setting.shown(text) for side, text in sides.items()}
        return {"setting": self.name, "changed_by": self.changed_by, **masked}


def compare(
    base: Mapping[str, str], drive: BoardFile, laptop: Mapping[str, str], variables: Iterable[str] = OURS
) -> list[Difference]:
    """Every variable on which drive and laptop differ, and who changed it since `base`.

    A drive's file with strays() deletes nothing: what it does not have may be what a stray was to be.
    """
    if not any(lines_of(drive, variable) for variable in OURS):
        base = {}  # a new or emptied file: nothing was typed there, and nothing was deleted on purpose
    doubtful = bool(strays(drive))
    found = []
    for variable in variables:
        text, reason, line = _drive_value(drive, variable)
        own = laptop.get(variable)
        if text == own and not reason:
            continue
        before = base.get(variable)
        hidden = doubtful and text is None
        drive_changed = bool(reason) or (not hidden and _digest(base, variable, text) != before)
        laptop_changed = _digest(base, variable, own) != before
        by = "both" if drive_changed and laptop_changed else "drive" if drive_changed else "laptop"
        found.append(Difference(variable, text, own, by, line, reason))
    return found


def strays(drive: BoardFile, label: str = "") -> list[Problem]:
    """Lines that are no setting but look like one, and what the board would not read at all.

    label: how messages call the drive's file.
    """
    problems = []
    for variable, indices in drive.lines_of.items():
        if variable.upper().startswith(PREFIX) and variable not in BY_VARIABLE:
            message = f"{variable}: {did_you_mean(near_variable(variable))}"
            problems += [Problem(Place(label, index + 1, 1), message) for index in indices]
    for fault in drive.faults:
        if not fault.variable and (fault.line > drive.end or PREFIX in drive.lines[fault.line - 1]):
            problems.append(Problem(Place(label, fault.line, 1), fault.reason))
    return problems


def lines_of(drive: BoardFile, variable: str) -> list[int]:
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
    lines = lines_of(drive, variable)
    if len(texts) > 1:
        return (
            None,
            f"{' and '.join(each for each in spellings if each in drive.values)} differ",
            lines[-1] + 1,
        )
    return (texts.pop() if texts else None), "", (lines[0] + 1 if lines else 1)


def _canonical(variable: str, text: str) -> str:
    setting = setting_of(variable)
    return setting.canonical(text) if setting else text


def _digest(base: Mapping[str, str], variable: str, text: str | None) -> str | None:
    return None if text is None else _hash(base.get(_SALT, ""), variable, text)


def winner_of(one: Difference, keep: str | None) -> str | None:
    """Whose value counts, drive or laptop; None: a person must decide.

    Who alone changed it wins. keep decides the rest; with "laptop" the laptop's value counts wherever the two
    differ, but a good value that only the drive has, and the laptop never had, stays.
    """
    bad = bool(bad_value(one))
    if one.changed_by == "laptop":
        return "laptop"
    if keep == "laptop":
        return "drive" if one.changed_by == "drive" and one.laptop is None and not bad else "laptop"
    if bad:
        return None
    return "drive" if one.changed_by == "drive" else keep


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
