# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Compares the settings of drive and laptop, and finds which side changed them since the last deploy. Pure."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chargerctl.likeness import did_you_mean
from chargerctl.settings.board_file import BoardFile
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
    """What the drive's manifest records of the settings of a deploy: {"salt": hex, variable: hash}.

    before: the record of the deploy before; its salt is used again, so that the same settings give the same hashes.
    Hashes are of the laptop's settings, also where the drive's value was kept: so the next deploy keeps it, too.
    """
    salt = (before or {}).get(_SALT) or secrets.token_hex(16)
    return {_SALT: salt} | {variable: _hash(salt, variable, text) for variable, text in flat.items()}


def _hash(salt: str, variable: str, text: str) -> str:
    return hashlib.sha256(f"{salt} {variable} {text}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Difference:
    """A variable that differs between drive and laptop; None: it is not there."""

    variable: str
    drive: str | None
    laptop: str | None
    changed_by: str  # drive, laptop or both
    line: int = 1  # on the drive
    unreadable: str = ""  # why the drive's line cannot be read

    @property
    def setting(self) -> Setting:
        setting = setting_of(self.variable)
        assert setting is not None
        return setting

    @property
    def is_ours(self) -> bool:
        """Whether it is a setting of the charger, not of CircuitPython itself."""
        return self.variable in BY_VARIABLE

    @property
    def name(self) -> str:
        return self.setting.name if self.is_ours else self.variable

    def shown(self, text: str | None, reveal: bool = False) -> str:
        return "nothing" if text is None else f'"{self.setting.shown(text, reveal)}"'

    def as_json(self) -> dict[str, object]:
        """Secrets are masked."""
        sides = {"drive": self.drive, "laptop": self.laptop}
        masked = {side: None if text is None else self.setting.shown(text) for side, text in sides.items()}
        return {"setting": self.name, "changed_by": self.changed_by, **masked}


def compare(
    base: Mapping[str, str], drive: BoardFile, laptop: Mapping[str, str], variables: Iterable[str] = OURS
) -> list[Difference]:
    """Every variable that differs between drive and laptop, and which side changed it since `base`.

    If the drive's file has strays(), a missing variable does not count as deleted: it may be misspelt.
    """
    if not any(lines_of(drive, variable) for variable in OURS):
        base = {}  # a new or empty file: nothing was deleted on purpose
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
    """Lines that look like settings but are unknown, and lines that the board would not read.

    label: the drive's file in messages.
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
    """Indices of the drive's lines that set this variable, under any of its spellings."""
    return sorted(index for each in _spellings(variable) for index in drive.lines_of.get(each, ()))


def _spellings(variable: str) -> tuple[str, ...]:
    return BY_VARIABLE[variable].spellings if variable in BY_VARIABLE else (variable,)


def _drive_value(drive: BoardFile, variable: str) -> tuple[str | None, str, int]:
    """(text, reason, line from 1): the text is None, with a reason, if the drive's lines do not give one value."""
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
    """Whose value wins, "drive" or "laptop"; None: a person must decide.

    The side that alone changed it wins; `keep` decides the rest. With "laptop" the laptop wins every difference, except
    that a valid value which only the drive has, and the laptop never had, stays.
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
    """Why the drive's value cannot be used: unreadable, bad, or missing although required."""
    if one.unreadable:
        return one.unreadable
    if one.drive is None:
        return f"is required; the laptop has {one.shown(one.laptop)}" if one.setting.required else ""
    try:
        one.setting.check(one.drive)
    except ValueError as error:
        return str(error)
    return ""
