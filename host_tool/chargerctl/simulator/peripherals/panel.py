# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a person sees on the OLED: lit pixels, and the text that stands there in the board's 6x12 font.

Text is recognised from the picture alone, at scale 1 and 2, light on dark and dark on light.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chargerctl.simulator.peripherals import font
from chargerctl.simulator.peripherals.ssd1306 import HEIGHT, PAGES, WIDTH, Ssd1306

_SCALES = (1, 2)
# Light of an OLED on black, for pictures.
_LIT = (0x9F, 0xE8, 0xFF)


class Ssd1306Panel:
    """The glass of one chip."""

    def __init__(self, chip: Ssd1306) -> None:
        self._chip = chip
        self._seen = b""
        self._bands: dict[int, list[bytes]] = {}
        self._known: dict[tuple[int, int], tuple[bytes, list[_Reading]]] = {}

    @property
    def on(self) -> bool:
        return self._chip.on

    @property
    def rows(self) -> list[str]:
        """64 strings of 32 hex digits, from the top; the highest bit is the leftmost pixel."""
        columns = [int.from_bytes(column, "little") for column in _columns(self._chip.picture())]
        bits = [f"{column:0{HEIGHT}b}" for column in columns]
        # Bit y of a column stands at its index HEIGHT - 1 - y: transposing gives the rows from the bottom.
        return [f"{int(''.join(row), 2):032x}" for row in zip(*bits, strict=True)][::-1]

    def shows(self, text: str) -> bool:
        """Does the text stand anywhere on the panel? Never when it is off, or when the font cannot draw it."""
        if not self.on or not text:
            return False
        return any(
            pattern in band and _aligned(band, pattern)
            for scale in _SCALES
            for pattern in _patterns(text, scale)
            for band in self._all_bands(scale)
        )

    def lines(self) -> list[str]:
        """The text on the panel, top to bottom and left to right; empty when it is off.

        Two blanks part two texts. Where two readings overlap the one with more characters is right: a dash is
        an underscore to whoever looks some lines too high. What has no letter and no digit is an ornament.
        """
        if not self.on:
            return []
        readings = [
            reading
            for scale in _SCALES
            for y, band in enumerate(self._all_bands(scale))
            for reading in self._read(band, y, scale)
        ]
        readings.sort(key=lambda reading: -len(reading.text))
        kept: list[_Reading] = []
        for reading in readings:
            if not any(reading.overlaps(other) for other in kept):
                kept.append(reading)
        return [reading.text for reading in sorted(kept, key=lambda reading: (reading.top, reading.left))]

    def png(self, path: Path, zoom: int = 4) -> None:
        """Write the panel as a picture, `zoom` pixels for each of its own."""
        from PIL import Image

        pixels = b"".join(
            bytes(_LIT) if digit == "1" else bytes(3)
            for row in self.rows
            for digit in f"{int(row, 16):0{WIDTH}b}"
        )
        image = Image.frombytes("RGB", (WIDTH, HEIGHT), pixels)
        image.resize((WIDTH * zoom, HEIGHT * zoom), Image.Resampling.NEAREST).save(path, format="PNG")

    def _read(self, band: bytes, y: int, scale: int) -> list[_Reading]:
        """What stands in a strip; most strips are the same as when last looked at."""
        before = self._known.get((scale, y))
        if before is None or before[0] != band:
            before = self._known[scale, y] = (band, list(_readings(band, y, scale)))
        return before[1]

    def _all_bands(self, scale: int) -> list[bytes]:
        """For each y at which a line of text fits: the columns of that strip, 8 bytes each."""
        picture = self._chip.picture()
        if picture != self._seen:
            self._seen = picture
            self._bands = {}
        if scale not in self._bands:
            height = font.HEIGHT * scale
            whole = int.from_bytes(picture, "little")
            mask = int.from_bytes(((1 << height) - 1).to_bytes(PAGES, "little") * WIDTH, "little")
            self._bands[scale] = [
                (whole >> y & mask).to_bytes(len(picture), "little") for y in range(HEIGHT - height + 1)
            ]
        return self._bands[scale]


def _columns(strip: bytes) -> Iterator[bytes]:
    return (strip[at : at + PAGES] for at in range(0, len(strip), PAGES))


def _aligned(band: bytes, pattern: bytes) -> bool:
    """Is the pattern in the band at the start of a column? (A match across column bytes would be none.)"""
    at = band.find(pattern)
    while at >= 0 and at % PAGES:
        at = band.find(pattern, at + 1)
    return at >= 0


@cache
def _cell(character: str, scale: int) -> bytes:
    """A glyph's cell, drawn light on dark: 8 bytes a column, as in a band."""
    rows = font.glyphs()[character]
    drawn = b""
    for x in range(font.WIDTH):
        column = sum(
            ((1 << scale) - 1) << y * scale for y, row in enumerate(rows) if row >> (font.WIDTH - 1 - x) & 1
        )
        drawn += column.to_bytes(PAGES, "little") * scale
    return drawn


def _inverse(cell: bytes, scale: int) -> bytes:
    full = ((1 << font.HEIGHT * scale) - 1).to_bytes(PAGES, "little") * (len(cell) // PAGES)
    return bytes(a ^ b for a, b in zip(cell, full, strict=True))


@cache
def _inked_blank(scale: int, light_on_dark: bool) -> bytes:
    blank = _cell(" ", scale)
    return blank if light_on_dark else _inverse(blank, scale)


@cache
def _patterns(text: str, scale: int) -> tuple[bytes, ...]:
    """The text in both polarities, or nothing when it cannot be drawn or does not fit."""
    if len(text) * font.WIDTH * scale > WIDTH or any(character not in font.CHARACTERS for character in text):
        return ()
    drawn = b"".join(_cell(character, scale) for character in text)
    return drawn, _inverse(drawn, scale)


@cache
def _alphabet(scale: int) -> dict[bytes, tuple[str, bool]]:
    """cell -> (character, light on dark), without the blank: nothing would be everywhere."""
    known = {}
    for character in font.CHARACTERS.strip():
        cell = _cell(character, scale)
        known[cell] = (character, True)
        known[_inverse(cell, scale)] = (character, False)
    return known


class _Reading(NamedTuple):
    """A text and the pixels that it covers; right and bottom are exclusive."""

    text: str
    left: int
    top: int
    right: int
    bottom: int

    def overlaps(self, other: _Reading) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def _readings(band: bytes, y: int, scale: int) -> Iterator[_Reading]:
    """Every run of glyphs in a strip, on whichever column it starts."""
    size = font.WIDTH * scale
    alphabet = _alphabet(scale)
    known = {
        x: glyph
        for x in range(WIDTH - size + 1)
        if (glyph := alphabet.get(band[x * PAGES : (x + size) * PAGES])) is not None
    }
    while known:
        left, (text, polarity) = next(iter(known.items()))
        del known[left]
        blank = _inked_blank(scale, polarity)
        right = at = left + size
        gap = ""
        while at <= WIDTH - size:
            glyph = known.get(at)
            if glyph is not None and glyph[1] is polarity:
                del known[at]
                text += gap + glyph[0]
                gap, right = "", at + size
            elif not gap and band[at * PAGES : (at + size) * PAGES] == blank:
                gap = " "
            else:
                break
            at += size
        if any(character.isalnum() for character in text):
            yield _Reading(text, left, y, right, y + font.HEIGHT * scale)
