# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Writes the table of the script language in docs/simulator.md: python -m chargerctl.simulator.script.document"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from chargerctl.simulator.script.line import Line
from chargerctl.simulator.script.lines import LINES
from chargerctl.simulator.script.whom import FORMS

_PAGE = Path(__file__).parents[4] / "docs" / "simulator.md"
_HEAD = "| statement | what happens |\n|---|---|\n"
_FLEET_HEAD = "| in a fleet's script | which chargers |\n|---|---|\n"


def with_table(page: str) -> str:
    """The page with its tables of statements and of prefixes replaced."""
    return _replaced(_replaced(page, _HEAD, _statements()), _FLEET_HEAD, _prefixes())


def _replaced(page: str, head: str, rows: Iterable[str]) -> str:
    before, _, rest = page.partition(head)
    _, _, after = rest.partition("\n\n")
    return before + head + "".join(rows) + "\n" + after


def _statements() -> Iterator[str]:
    for each in LINES:
        yield "| `{}` | {} |\n".format(each.usage.replace("|", "\\|"), _help(each))


def _prefixes() -> Iterator[str]:
    return (f"| `{form}` | {text} |\n" for form, text in FORMS)


def _help(line: Line) -> str:
    return f"{line.help} Not in a fleet." if line.board_only else line.help


if __name__ == "__main__":
    _PAGE.write_text(with_table(_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
