# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""displayio: pictures, palettes, groups, and the displays that show them."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.display.displays import core
from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


def make(board: VirtualBoard) -> ModuleType:
    displays = core(board)
    names = ("Bitmap", "ColorConverter", "Colorspace", "Group", "OnDiskBitmap", "Palette", "TileGrid")
    return new_module(
        "displayio",
        CIRCUITPYTHON_TERMINAL=displays.blinka.load("displayio._group").circuitpython_splash,
        release_displays=displays.release,
        **{name: getattr(displays.displayio, name) for name in names},
    )
