# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The picture on the charger's display, drawn from its texts: where they stand is firmware/charger/hardware/canvas.py's."""

from __future__ import annotations

from collections.abc import Mapping

from chargerctl.simulator.peripherals import font

_WIDTH = 128
_HEIGHT = 64
_BAND = (15, 25)  # first row and number of rows that are light


# Of each field: columns, x, y, scale.
_PLACES = {
    "TOP": (21, 1, 1, 1),
    "EVEN": (10, 4, 15, 2),
    "ODD": (9, 10, 15, 2),
    "SINGLE": (21, 1, 21, 1),
    "UPPER": (21, 1, 15, 1),
    "LOWER": (21, 1, 27, 1),
    "MIDDLE": (21, 1, 40, 1),
    "BOTTOM": (21, 1, 52, 1),
}
FIELDS = tuple(_PLACES)


def rows_of(texts: Mapping[str, str]) -> list[str]:
    """64 strings of 32 hex digits, the leftmost pixel highest. texts: by the names of the fields in hardware/screen.py."""
    rows = [0] * _HEIGHT
    top, height = _BAND
    for y in range(top, top + height):
        rows[y] = (1 << _WIDTH) - 1
    for name, (columns, x, y, scale) in _PLACES.items():
        text = texts.get(name, "")[:columns]
        if text:
            spare = columns - len(text)
            _draw(rows, text, x + spare // 2 * font.WIDTH * scale, y, scale)
    return [f"{row:032x}" for row in rows]


def _draw(rows: list[int], text: str, x: int, y: int, scale: int) -> None:
    """Reverses what the letters cover: light on dark, dark on the light band."""
    glyphs = font.glyphs()
    for character in text:
        for line, bits in enumerate(glyphs.get(character, glyphs["?"])):
            wide = 0
            for column in range(font.WIDTH):
                if bits >> (font.WIDTH - 1 - column) & 1:
                    wide |= ((1 << scale) - 1) << (font.WIDTH - 1 - column) * scale
            shift = _WIDTH - x - font.WIDTH * scale
            for row in range(y + line * scale, min(y + (line + 1) * scale, _HEIGHT)):
                rows[row] ^= wide << shift if shift >= 0 else wide >> -shift
        x += font.WIDTH * scale
