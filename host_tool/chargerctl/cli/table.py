# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Rows as a table for a terminal, and as lines with tabs for a pipe: both have one line for each row."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from chargerctl.visible import visible

UNKNOWN = "-"


@dataclass(frozen=True)
class Table:
    """titles: of the columns, with units; a cell is "" where nothing is known. right: the columns with numbers, by title."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[str] = ()

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

    shown = [index for index in range(len(table.titles)) if any(row[index] for row in table.rows)]
    columns = [
        Column(
            table.titles[index],
            overflow="fold",
            justify="right" if table.titles[index] in table.right else "left",
        )
        for index in shown
    ]
    drawn = Drawn(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in table.rows:
        drawn.add_row(*(Text(visible(row[index])) for index in shown))
    width = width or shutil.get_terminal_size().columns
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as printed:
        console.print(drawn)
    return [line.rstrip() for line in printed.get().splitlines()]
