# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Boards as a table for a terminal, and as lines with tabs for a pipe: both have one line for each."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from datetime import datetime

from chargerctl.boards.devices import Device, Way
from chargerctl.visible import visible

_COLUMNS = ("name", "board", "UID", "reached by", "charger", "firmware", "CircuitPython", "running since")
_UNKNOWN = "-"


def cells(device: Device) -> list[str]:
    """One for each column; "" for what is not known."""
    on_it = device.deployed
    charger = ""
    if on_it:
        charger = (
            f"{on_it.serial} ({on_it.name})" if on_it.serial and on_it.name else on_it.serial or on_it.name
        )
    since = datetime.fromtimestamp(device.since).isoformat(" ", "seconds") if device.since is not None else ""
    board = device.board_id or (f"unknown, {device.through}" if device.through else "unknown")
    ways = ", ".join(f"{way.kind} {way.address}{_limit(way)}" for way in device.ways)
    version = on_it.version if on_it else ""
    return [device.name, board, device.uid, ways, charger, version, device.circuitpython, since]


def _limit(way: Way) -> str:
    if way.problem:
        return " (not usable)"
    if way.read_only:
        return " (read-only)" if way.kind == "drive" else " (console)"
    return ""


def plain_lines(found: Sequence[Device]) -> list[str]:
    """Columns between tabs, which no cell has in it; `-` for what is not known."""
    return [
        "\t".join(visible(cell).replace("\t", " ") or _UNKNOWN for cell in cells(device)) for device in found
    ]


def table_lines(found: Sequence[Device], width: int | None = None) -> list[str]:
    """As wide as the terminal; columns without anything in them are left out."""
    from rich.console import Console  # slow to load
    from rich.table import Column, Table
    from rich.text import Text

    rows = [cells(device) for device in found]
    shown = [index for index in range(len(_COLUMNS)) if any(row[index] for row in rows)]
    columns = [Column(_COLUMNS[index], overflow="fold") for index in shown]
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*(Text(visible(row[index])) for index in shown))
    width = width or shutil.get_terminal_size().columns
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    with console.capture() as printed:
        console.print(table)
    return [line.rstrip() for line in printed.get().splitlines()]
