# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings on the laptop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chargerctl.doctor.finding import FAILED, OK, WARNING, Finding
from chargerctl.errors import ChargerctlError
from chargerctl.settings import Effective, Problem, SettingsError, effective
from chargerctl.settings.effective import combine, secrets_seen
from chargerctl.settings.file_source import from_file
from chargerctl.settings.sources import from_environment, from_overrides

_REMEDY = "correct it there; chargerctl config check shows all of them"
_MISSING = "name the file with -c, or correct settings in boards.toml"


@dataclass(frozen=True)
class Laptop:
    """where: the settings file. settings: None where they have mistakes. time_server: the one in effect even then.
    unread: why the file cannot be read, "" where it can."""

    where: str
    settings: Effective | None
    problems: Sequence[Problem]
    time_server: str
    unread: str = ""

    @classmethod
    def read(cls, path: Path | None, environ: Mapping[str, str], overrides: Sequence[str] = ()) -> Laptop:
        where = str(path or "settings")
        others = [from_environment(environ), from_overrides(overrides)]
        try:
            found = combine([from_file(path), *others] if path else others)
        except ChargerctlError as error:
            return cls(where, None, (), combine(others).values.ntp.server, error.message)
        server = found.values.ntp.server
        try:
            settings = effective(path, environ, overrides)
        except SettingsError as error:
            return cls(where, None, error.problems, server)
        problems = [*(secrets_seen(path, settings) if path else []), *settings.problems]
        return cls(where, settings, problems, server)

    def findings(self) -> Iterator[Finding]:
        """One for each mistake, or one that there is none."""
        if self.unread:
            yield Finding("settings", FAILED, self.unread, _MISSING)
        for problem in self.problems:
            result = WARNING if problem.warning else FAILED
            yield Finding("settings", result, f"{problem.place}: {problem.message}", _REMEDY)
        if self.settings:
            text = f"{self.where}: {len(self.settings.given)} settings given, no mistake"
            yield Finding("settings", OK, text)
