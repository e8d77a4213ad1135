# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The OLED as characters: half blocks where there is room, braille where there is less."""

from __future__ import annotations

from collections.abc import Sequence

_HALF_BLOCKS = " ▄▀█"
# Bit of a braille character's code for the dot in each row and column of its cell.
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def pixels(rows: Sequence[str]) -> list[str]:
    """The `rows` of a display event (hex digits, leftmost pixel highest) as strings of 0 and 1."""
    return [f"{int(row, 16):0{len(row) * 4}b}" for row in rows]


def half_blocks(rows: Sequence[str]) -> list[str]:
    """128 columns by 32 lines: a character shows two pixels, one above the other."""
    lit = pixels(rows)
    return [
        "".join(_HALF_BLOCKS[int(above + below, 2)] for above, below in zip(upper, lower, strict=True))
        for upper, lower in zip(lit[::2], lit[1::2], strict=True)
    ]


def braille(rows: Sequence[str]) -> list[str]:
    """64 columns by 16 lines: a character shows two by four pixels."""
    lit = pixels(rows)
    return [
        "".join(_dots(lit[y : y + 4], x) for x in range(0, len(lit[0]), 2)) for y in range(0, len(lit), 4)
    ]


def _dots(cell: Sequence[str], x: int) -> str:
    dots = 0
    for row, bits in zip(cell, _DOTS, strict=True):
        for column, bit in enumerate(bits):
            if row[x + column] == "1":
                dots |= bit
    return chr(_BRAILLE + dots)
