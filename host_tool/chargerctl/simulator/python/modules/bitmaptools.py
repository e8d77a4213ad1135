# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""bitmaptools: work on whole bitmaps, as far as Blinka has it (no replace_color)."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.display.displays import core
from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard

_NAMES = (
    *(
        "BlendMode",
        "DitherAlgorithm",
        "alphablend",
        "arrayblit",
        "blit",
        "boundary_fill",
        "dither",
        "draw_circle",
    ),
    *("draw_line", "draw_polygon", "fill_region", "readinto", "rotozoom"),
)


def make(board: VirtualBoard) -> ModuleType:
    bitmaptools = core(board).blinka.load("bitmaptools")
    return new_module("bitmaptools", **{name: getattr(bitmaptools, name) for name in _NAMES})
