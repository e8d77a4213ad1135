# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The display's fields as grids of tiles over the board's own font, 6 by 12 pixels a character.

A changed character makes only its own columns dirty, and no picture of the text is kept beside the font's. A refresh
costs by the pixels of all layers between the first and the last changed column, so a field changes a few columns at a
time, fewer in the band, where five grids lie over each other.
"""

from displayio import Bitmap, Group, Palette, TileGrid
from micropython import const
from terminalio import FONT

from charger.hardware import screen

# What Field.write has done: nothing, the rest, or a part.
SAME, DONE, MORE = range(3)

_CELL = const(6)
# Columns at a time, each about 20 ms on the slowest board.
_STEP = const(21)
_BAND_STEP = const(7)
_BIG_STEP = const(3)
_BAND_Y = const(15)

# A bolt in the top left corner: a word a row, the leftmost pixel highest.
_LOGO_ROWS = const(14)
_LOGO = (
    b"\x00\xf8\x01\xf0\x03\xe0\x07\xc0\x0f\x80\x1f\xfc\x3f\xf8"
    b"\x00\xf0\x01\xe0\x03\xc0\x07\x00\x0e\x00\x0c\x00\x10\x00"
)


class Canvas:
    """`group` is what the display shows."""

    def __init__(self):
        light = Palette(2)
        light[0] = 0x000000
        light[1] = 0xFFFFFF
        # The band's fields lie over each other on one white ground.
        dark = Palette(2)
        dark.make_transparent(0)
        dark[1] = 0x000000
        white = Palette(2)
        white[0] = 0xFFFFFF
        # 25 rows: letters reach down to the last row of their cells, and need light below them.
        ground = TileGrid(Bitmap(8, 5, 2), pixel_shader=white, width=16, height=5, y=_BAND_Y)
        self._logo = _logo(light)
        self._fields = (
            _Field(light, screen.COLUMNS, 1, 1, _STEP),
            _Field(dark, screen.BIG_COLUMNS, 0, 0, _BIG_STEP),
            _Field(dark, screen.BIG_COLUMNS - 1, _CELL // 2, 0, _BIG_STEP),
            _Field(dark, screen.COLUMNS, 1, _BAND_Y + 6, _BAND_STEP),
            _Field(dark, screen.COLUMNS, 1, _BAND_Y, _BAND_STEP),
            _Field(dark, screen.COLUMNS, 1, _BAND_Y + 12, _BAND_STEP),
            _Field(light, screen.COLUMNS, 1, 40, _STEP),
            _Field(light, screen.COLUMNS, 1, 52, _STEP),
        )
        doubled = Group(scale=2, x=4, y=_BAND_Y)
        self.group = Group()
        self.group.append(ground)
        self.group.append(doubled)
        for number, field in enumerate(self._fields):
            big = number in (screen.EVEN, screen.ODD)
            (doubled if big else self.group).append(field.grid)
        self.group.append(self._logo)

    def hide_logo(self):
        self._logo.hidden = True

    def write(self, field, text):
        """Put a text into a field, in its middle, or as much of it as may change at a time: SAME, DONE or MORE."""
        return self._fields[field].write(text)


class _Field:
    def __init__(self, palette, columns, x, y, step):
        self._columns = columns
        self._step = step
        self._text = " " * columns
        self.grid = TileGrid(
            FONT.bitmap,
            pixel_shader=palette,
            width=columns,
            height=1,
            tile_width=_CELL,
            tile_height=2 * _CELL,
            default_tile=_tile(" "),
            x=x,
            y=y,
        )

    def write(self, text):
        spare = self._columns - len(text)
        text = " " * (spare // 2) + text + " " * (spare - spare // 2)
        if text == self._text:
            return SAME
        column = 0
        while text[column] == self._text[column]:
            column += 1
        end = min(column + self._step, self._columns)
        while column < end:
            if text[column] != self._text[column]:
                self.grid[column] = _tile(text[column])
            column += 1
        # From here on what it showed is left.
        self._text = text[:end] + self._text[end:]
        return DONE if self._text == text else MORE


def _tile(character):
    glyph = FONT.get_glyph(ord(character)) or FONT.get_glyph(ord("?"))
    return glyph.tile_index


def _logo(palette):
    bitmap = Bitmap(16, _LOGO_ROWS, 2)
    for y in range(_LOGO_ROWS):
        row = _LOGO[2 * y] << 8 | _LOGO[2 * y + 1]
        for x in range(16):
            bitmap[x, y] = row >> (15 - x) & 1
    return TileGrid(bitmap, pixel_shader=palette)
