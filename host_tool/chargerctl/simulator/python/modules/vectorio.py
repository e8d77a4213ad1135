# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""vectorio: shapes, as Blinka has them."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.display.displays import core
from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


def make(board: VirtualBoard) -> ModuleType:
    vectorio = core(board).blinka.load("vectorio")
    return new_module(
        "vectorio", Circle=vectorio.Circle, Polygon=vectorio.Polygon, Rectangle=vectorio.Rectangle
    )
