# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Mistakes and warnings in settings, each with its place, and the error that contains all of them."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.errors import InputError

_MOST_LINES = 50
"""A file may be wrong in each of thousands of lines, mostly in the same way."""


@dataclass(frozen=True)
class Place:
    """Where a value was given: line and column (from 1; 0: the whole line) in a file, `$NAME`, or `--set section.key`."""

    label: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number]
        return ":".join([self.label, *numbers])


@dataclass(frozen=True)
class Problem:
    """One mistake or warning. `message` never contains the value of a secret."""

    place: Place
    message: str
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {'warning: ' if self.warning else ''}{self.message}"

    @property
    def order(self) -> tuple[int, int, int]:
        """Sort key: files first, line by line; the rest in the order in which it was found."""
        return (0, self.place.line, self.place.column) if self.place.line else (1, 0, 0)

    def as_json(self) -> dict[str, object]:
        found: dict[str, object] = {"where": str(self.place), "message": self.message}
        if self.place.line:
            found |= {"file": self.place.label, "line": self.place.line}
        if self.place.column:
            found["column"] = self.place.column
        return found | {"severity": "warning" if self.warning else "error"}


class SettingsError(InputError):
    """All mistakes that one run found."""

    def __init__(self, problems: list[Problem], where: str = "the settings") -> None:
        self.problems = problems
        errors = [problem for problem in problems if not problem.warning]
        count = f"{len(errors)} mistake{'s' if len(errors) != 1 else ''} in {where}"
        super().__init__(count, problems=[problem.as_json() for problem in problems])

    def lines(self) -> list[str]:
        more = len(self.problems) - _MOST_LINES
        rest = [f"... and {more:,} more, not shown: they are in --json"] if more > 0 else []
        return [*map(str, self.problems[:_MOST_LINES]), *rest, self.message]
