# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Rows as a table for a terminal, and as lines with tabs for a pipe: both have one line for each row."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from chargerctl.visible import visible, visible_text

UNKNOWN = "-"
_BETWEEN = 2  # blanks between two columns


@dataclass(frozen=True)
class Table:
    """titles: of the columns, with units; a cell is "" where nothing is known.

    On a terminal the columns named in `right` stand to the right (numbers), those in `whole` are not broken, and those in
    `spare` give way where it is too narrow, the first one first.
    """

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[str] = ()
    whole: Sequence[str] = ()
    spare: Sequence[str] = ()

    def lines(self) -> list[str]:
        """For where stdout goes."""
        return table_lines(self) if sys.stdout.isatty() else plain_lines(self.rows)


def plain_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns between tabs, which no cell has in it; `-` for what is not known."""
    return ["\t".join(visible(cell).replace("\t", " ") or UNKNOWN for cell in row) for row in rows]


def table_lines(table: Table, width: int | None = None) -> list[str]:
    """As wide as the terminal; columns without anything in them are left out."""
    from rich.console import Console  # slow to load
    from rich.table import Column
    from rich.table import Table as Drawn
    from rich.text import Text

    width = width or shutil.get_terminal_size().columns
    shown = _shown(table, width)
    columns = [
        Column(
            title,
            overflow="fold",
            no_wrap=title in table.right or title in table.whole,
            justify="right" if title in table.right else "left",
        )
        for title in (table.titles[index] for index in shown)
    ]
    drawn = Drawn(*columns, box=None, pad_edge=False, padding=(0, _BETWEEN, 0, 0))
    for row in table.rows:
        drawn.add_row(*(Text(visible_text(row[index])) for index in shown))
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as printed:
        console.print(drawn)
    return [line.rstrip() for line in printed.get().splitlines()]


def _shown(table: Table, width: int) -> list[int]:
    """The columns to show: not those without anything in them, nor those that give way."""
    from rich.cells import cell_len

    shown = [index for index in range(len(table.titles)) if any(row[index] for row in table.rows)]
    wide = {
        index: max(cell_len(visible_text(row[index])) for row in (table.titles, *table.rows))
        for index in shown
    }
    for title in table.spare:
        index = table.titles.index(title)
        if index in shown and sum(wide[each] + _BETWEEN for each in shown) - _BETWEEN > width:
            shown.remove(index)
    return shown
