# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Boards as a table, one line for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chargerctl.boards.devices import Device, Way
from chargerctl.cli.table import Table

_COLUMNS = ("name", "board", "UID", "reached by", "charger", "firmware", "CircuitPython", "running since")


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


def device_table(found: Sequence[Device]) -> Table:
    return Table(_COLUMNS, [cells(device) for device in found])
