# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Writes the table of the script language in docs/simulator.md: python -m chargerctl.simulator.script.document"""

from __future__ import annotations

from pathlib import Path

from chargerctl.simulator.script.line import Line
from chargerctl.simulator.script.lines import LINES

_PAGE = Path(__file__).parents[4] / "docs" / "simulator.md"
_HEAD = "| statement | what happens |\n|---|---|\n"


def with_table(page: str) -> str:
    """The page with its table of statements replaced."""
    before, _, rest = page.partition(_HEAD)
    _, _, after = rest.partition("\n\n")
    rows = ("| `{}` | {} |\n".format(each.usage.replace("|", "\\|"), _help(each)) for each in LINES)
    return before + _HEAD + "".join(rows) + "\n" + after


def _help(line: Line) -> str:
    return f"{line.help} Not in a fleet." if line.board_only else line.help


if __name__ == "__main__":
    _PAGE.write_text(with_table(_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
