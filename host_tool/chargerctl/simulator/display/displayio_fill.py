# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pixel loop of Blinka's TileGrid for 1-bit bitmaps on 1-bit displays with pages of eight rows, a row at a time.

Does exactly what displayio._tilegrid._fill_pixels_packed does (a test draws the same with both), some ten times as
fast: a row of pixels is one int with a byte for each pixel, so that colours, masks and bits of a page are whole
rows' arithmetic. What it was not made for goes to the original.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

Fill = Callable[..., bool]
# How many pixels of a layer were drawn, and how many were transparent.
Count = Callable[[int, int], object]


def fast_fill(original: Fill, count: Count = lambda drawn, clear: None) -> Fill:
    """`_fill_pixels_packed`, quick where it can be. Only then pixels are counted."""

    def fill(
        buffer: memoryview,
        mask: memoryview,
        colors: Sequence[int],
        opaque: Sequence[int],
        geometry: tuple[int, ...],
        tilegrid: Any,
        bitmap: Any,
        pack: tuple[int, int, bool, bool, int],
    ) -> bool:
        depth, _, reverse_in_byte, share_row, area_width = pack
        upright = geometry[1:3] == (1, area_width)
        if depth != 1 or share_row or reverse_in_byte or bitmap._bits_per_value != 1 or not upright:
            return original(buffer, mask, colors, opaque, geometry, tilegrid, bitmap, pack)
        return _fill_rows(buffer, mask, colors, opaque, geometry, tilegrid, bitmap, area_width, count)

    return fill


def _fill_rows(
    buffer: memoryview,
    mask: memoryview,
    colors: Sequence[int],
    opaque: Sequence[int],
    geometry: tuple[int, ...],
    tilegrid: Any,
    bitmap: Any,
    area_width: int,
    report: Count,
) -> bool:
    tile_width, tile_height = tilegrid._tile_width, tilegrid._tile_height
    across, tiles = tilegrid._bitmap_width_in_tiles, tilegrid._tiles_in_bitmap
    grid = _Grid(
        (tuple(bitmap._data), bitmap._stride, tile_width, tile_height, across, tiles),
        bytes(tilegrid._tiles),
        (tilegrid._width_in_tiles, tilegrid._height_in_tiles),
        (tilegrid._top_left_x, tilegrid._top_left_y),
        tilegrid._absolute_transform.scale,
    )
    mask_bytes = mask.cast("B")
    drawing = _drawing(
        grid,
        geometry,
        area_width,
        bytes(mask_bytes),
        (bool(opaque[0]), bool(opaque[1])),
        (bool(colors[0]), bool(colors[1])),
    )
    report(drawing.drawn, drawing.clear)
    mask_bytes[:] = drawing.mask
    out = buffer.cast("B")
    for page, lit in drawing.pages:
        strip = out[page * area_width : (page + 1) * area_width]
        strip[:] = (int.from_bytes(strip, "little") | lit).to_bytes(area_width, "little")
    return drawing.covered


class _Grid(NamedTuple):
    """What a TileGrid shows. `sheet`: the arguments of _sheet; `tiles`, `size` and `top_left` in tiles."""

    sheet: tuple[tuple[int, ...], int, int, int, int, int]
    tiles: bytes
    size: tuple[int, int]
    top_left: tuple[int, int]
    scale: int


class _Drawing(NamedTuple):
    """`pages`: (page, bits to set in it, a byte for each column). `covered`: no pixel of it is transparent."""

    mask: bytes
    pages: tuple[tuple[int, int], ...]
    covered: bool
    drawn: int
    clear: int


@lru_cache(maxsize=4096)
def _drawing(
    grid: _Grid,
    geometry: tuple[int, ...],
    area_width: int,
    mask: bytes,
    opaque: tuple[bool, bool],
    colors: tuple[bool, bool],
) -> _Drawing:
    """Kept, since a charger shows the same few texts again and again."""
    start, _, _, x_shift, y_shift, start_x, end_x, start_y, end_y = geometry
    scale, sheet = grid.scale, _sheet(*grid.sheet)
    count = end_x - start_x
    all_on = _spread((1 << count) - 1, count)
    taken = int.from_bytes(mask, "little")
    row_mask = (1 << count) - 1
    pages: dict[int, int] = {}
    covered = True
    drawn_y = None
    drawn = clear = 0
    for y in range(start_y, end_y):
        if y // scale != drawn_y:
            drawn_y = y // scale
            line = _line(grid, sheet, drawn_y)
            if scale > 1:
                line = line.replace(b"\0", bytes(scale)).replace(b"\1", b"\1" * scale)
            ones = int.from_bytes(line[start_x:end_x], "little")
        offset = start + (y - start_y + y_shift) * area_width + x_shift
        free = all_on ^ _spread(taken >> offset & row_mask, count)
        shown = free & ((ones if opaque[1] else 0) | (all_on ^ ones if opaque[0] else 0))
        if shown != free:
            covered = False
            clear += (free ^ shown).bit_count()
        drawn += shown.bit_count()
        taken |= _gather(shown, count) << offset
        lit = shown & ((ones if colors[1] else 0) | (all_on ^ ones if colors[0] else 0))
        if lit:
            row, column = divmod(offset, area_width)
            page = row // 8
            pages[page] = pages.get(page, 0) | lit << 8 * column + row % 8
    return _Drawing(taken.to_bytes(len(mask), "little"), tuple(pages.items()), covered, drawn, clear)


def _line(grid: _Grid, sheet: _Sheet, y: int) -> bytes:
    """Row `y` of the whole grid, a byte of 0 or 1 for each pixel, before scaling."""
    height, (across, down) = grid.sheet[3], grid.size
    first = ((y // height + grid.top_left[1]) % down) * across
    row = grid.tiles[first : first + across]
    turn = grid.top_left[0] % across
    cells = sheet[y % height]
    return b"".join([cells[tile] for tile in row[turn:] + row[:turn]])


# For each row of a tile: that row of every tile of the bitmap.
_Sheet = list[list[bytes]]


@lru_cache(maxsize=64)
def _sheet(
    words: tuple[int, ...], stride: int, tile_width: int, tile_height: int, across: int, tiles: int
) -> _Sheet:
    """The bitmap cut into tiles, `across` side by side. `words`: its memory, `stride` words a row, each of 32 pixels,
    the leftmost highest. Where a tile reaches below the bitmap all is 0."""
    rows = [_row(words[at : at + stride]) for at in range(0, len(words), stride)]
    below = bytes(32 * stride)
    sheet: _Sheet = []
    for y in range(tile_height):
        cut = []
        for tile in range(tiles):
            down, right = divmod(tile, across)
            place = down * tile_height + y
            row = rows[place] if place < len(rows) else below
            cut.append(row[right * tile_width : (right + 1) * tile_width])
        sheet.append(cut)
    return sheet


def _row(words: tuple[int, ...]) -> bytes:
    return "".join([f"{word:032b}" for word in words]).encode().translate(_VALUES)


_VALUES = bytes([byte & 1 for byte in range(256)])
_SPREAD = [int.from_bytes(f"{byte:08b}"[::-1].encode(), "little") & 0x0101010101010101 for byte in range(256)]
_SPREAD_BYTES = [spread.to_bytes(8, "little") for spread in _SPREAD]


def _spread(bits: int, count: int) -> int:
    """A byte of 0 or 1 for each of `count` bits, in the same order."""
    if not bits:
        return 0
    return int.from_bytes(
        b"".join([_SPREAD_BYTES[byte] for byte in bits.to_bytes(-(-count // 8), "little")]), "little"
    )


def _gather(wide: int, count: int) -> int:
    """The bits of `count` bytes of 0 or 1."""
    if not wide:
        return 0
    return int(wide.to_bytes(count, "big").translate(_DIGITS), 2)


_DIGITS = bytes([48 + (byte & 1) for byte in range(256)])
