# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""fontio: the built-in font and its glyphs."""

from __future__ import annotations

from array import array
from collections import namedtuple
from types import ModuleType
from typing import Any

from chargerctl.simulator.display.displays import core
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.peripherals import font
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    bitmap_class: Any = core(board).displayio.Bitmap

    class BuiltinFont:
        """The 6x12 font as a board has it: a sheet of tiles in the order of the codes, printable ASCII."""

        def __init__(self) -> None:
            self.bitmap = bitmap_class(len(font.CHARACTERS) * font.WIDTH, font.HEIGHT, 2)
            glyphs = font.glyphs()
            words: list[int] = []
            for y in range(font.HEIGHT):
                line = "".join(f"{glyphs[character][y]:0{font.WIDTH}b}" for character in font.CHARACTERS)
                words += (int(line[at : at + 32].ljust(32, "0"), 2) for at in range(0, len(line), 32))
            self.bitmap._data = array("L", words)
            self.bitmap._read_only = True

        def get_bounding_box(self) -> tuple[int, int]:
            return (font.WIDTH, font.HEIGHT)

        def get_glyph(self, codepoint: int) -> Glyph | None:
            tile = codepoint - ord(font.CHARACTERS[0])
            if not 0 <= tile < len(font.CHARACTERS):
                return None
            return Glyph(self.bitmap, tile, font.WIDTH, font.HEIGHT, 0, 0, font.WIDTH, 0)

    Glyph = namedtuple("Glyph", ("bitmap", "tile_index", "width", "height", "dx", "dy", "shift_x", "shift_y"))
    return new_module("fontio", BuiltinFont, Glyph)
