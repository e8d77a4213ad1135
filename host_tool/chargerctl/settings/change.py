# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Changes settings in the laptop's file. Checks them before it writes; makes a diff to show."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chargerctl.settings.board_file import quoted
from chargerctl.settings.edit import assign, check_readable
from chargerctl.settings.effective import Effective, combine, seen_by_others
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.problems import Place, Problem, SettingsError
from chargerctl.settings.save import replace, write_new
from chargerctl.settings.table import SETTINGS
from chargerctl.settings.toml_file import read_bytes


@dataclass(frozen=True)
class Changed:
    """The settings of a file before and after a change."""

    before: Effective
    after: Effective

    @property
    def warnings(self) -> list[Problem]:
        """Only the new ones."""
        old = {problem.message for problem in self.before.problems}
        return [problem for problem in self.after.warnings if problem.message not in old]

    def diff(self, reveal: bool = False) -> list[str]:
        """`- mqtt.broker = "a"` and `+ mqtt.broker = "b"` for each difference, secrets masked."""
        lines = []
        for name, setting in SETTINGS.items():
            before, after = self.before.given.get(name), self.after.given.get(name)
            if (before and before.text) == (after and after.text):
                continue
            for sign, given in (("-", before), ("+", after)):
                if given:
                    text = setting.shown(given.text, reveal)
                    lines.append(f"{sign} {name} = {text if setting.bare else quoted(text)}")
        return lines


def change_file(
    path: Path, texts: Mapping[str, str | None], *, write: bool = True, create: bool = False
) -> Changed:
    """Set each setting (None: remove it) in the file.

    SettingsError for every mistake that was not in the file before; nothing is written then. create: create the
    file if it does not exist.
    """
    fresh = create and not os.path.lexists(path)
    data = b"" if fresh else read_bytes(path)
    check_readable(data, path)
    text = data.decode().replace("\r\n", "\n")
    problems = []
    for name, value in texts.items():
        try:
            text = assign(text, SETTINGS[name], value)
        except ValueError as error:
            problems.append(Problem(Place(name), str(error)))
    if b"\r\n" in data:
        text = text.replace("\n", "\r\n")
    if problems:
        raise SettingsError(problems)
    changed = Changed(_settings(data, path), _settings(text.encode(), path))
    old = {problem.message for problem in changed.before.errors}
    new = [problem for problem in changed.after.errors if problem.message not in old]
    if new:
        raise SettingsError(new)
    if write and text.encode() != data:
        (write_new if fresh else replace)(path, text)
    if write and any(SETTINGS[name].secret and value for name, value in texts.items()):
        changed.after.problems.extend(seen_by_others(path))
    return changed


def _settings(data: bytes, path: Path) -> Effective:
    return combine([from_bytes(data, str(path))])
