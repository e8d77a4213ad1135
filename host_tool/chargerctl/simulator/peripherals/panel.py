# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a person sees on the OLED: lit pixels, and the text on it in the board's 6x12 font.

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
        self._read = 0
        self._strips = [
            _Strip(top, scale) for scale in _SCALES for top in range(HEIGHT - font.HEIGHT * scale + 1)
        ]

    @property
    def on(self) -> bool:
        return self._chip.on

    @property
    def rows(self) -> list[str]:
        """64 strings of 32 hex digits, from the top; the highest bit is the leftmost pixel."""
        columns = [int.from_bytes(column, "little") for column in _columns(self._chip.picture())]
        bits = [f"{column:0{HEIGHT}b}" for column in columns]
        # Bit y of a column is at its index HEIGHT - 1 - y: transposing gives the rows from the bottom.
        return [f"{int(''.join(row), 2):032x}" for row in zip(*bits, strict=True)][::-1]

    def shows(self, text: str) -> bool:
        """Whether the text is anywhere on the panel. Never when it is off, or when the font cannot draw it."""
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

        Two blanks part two texts. Where two readings overlap the one with more characters is right: a dash,
        read some lines too high, is an underscore. What has no letter and no digit is an ornament.
        """
        if not self.on:
            return []
        self._look_again()
        readings = [reading for strip in self._strips for reading in strip.readings]
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

    def _look_again(self) -> None:
        """Read again where the picture has changed since the last time."""
        whole = int.from_bytes(self._chip.picture(), "little")
        changed = whole ^ self._read
        self._read = whole
        if not changed:
            return
        first = ((changed & -changed).bit_length() - 1) // HEIGHT
        last = (changed.bit_length() - 1) // HEIGHT
        rows = 0
        for column in range(first, last + 1):
            rows |= changed >> column * HEIGHT & _COLUMN
        for strip in self._strips:
            if rows & strip.rows:
                strip.look(_band(whole, strip.top, strip.scale), first, last)

    def _all_bands(self, scale: int) -> list[bytes]:
        """For each y at which a line of text fits: the columns of that strip, 8 bytes each."""
        picture = self._chip.picture()
        if picture != self._seen:
            self._seen = picture
            self._bands = {}
        if scale not in self._bands:
            whole = int.from_bytes(picture, "little")
            self._bands[scale] = [_band(whole, y, scale) for y in range(HEIGHT - font.HEIGHT * scale + 1)]
        return self._bands[scale]


_COLUMN = (1 << HEIGHT) - 1


@cache
def _band_mask(scale: int) -> int:
    return int.from_bytes(((1 << font.HEIGHT * scale) - 1).to_bytes(PAGES, "little") * WIDTH, "little")


def _band(whole: int, y: int, scale: int) -> bytes:
    """The strip of the picture that a line of text at `y` covers, 8 bytes a column."""
    return (whole >> y & _band_mask(scale)).to_bytes(WIDTH * PAGES, "little")


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


class _Strip:
    """The text of one scale whose top is on one line of the panel."""

    def __init__(self, top: int, scale: int) -> None:
        self.top = top
        self.scale = scale
        self.rows = (1 << font.HEIGHT * scale) - 1 << top
        self.readings: list[_Reading] = []
        self._glyphs: dict[int, tuple[str, bool]] = {}

    def look(self, band: bytes, first: int, last: int) -> None:
        """Read the strip again, in which columns `first` to `last` may have changed."""
        size = font.WIDTH * self.scale
        alphabet = _alphabet(self.scale)
        for x in range(max(first - size + 1, 0), min(last, WIDTH - size) + 1):
            glyph = alphabet.get(band[x * PAGES : (x + size) * PAGES])
            if glyph is not None:
                self._glyphs[x] = glyph
            else:
                self._glyphs.pop(x, None)
        self.readings = list(self._runs(band))

    def _runs(self, band: bytes) -> Iterator[_Reading]:
        """Every run of glyphs, on whichever column it starts."""
        scale = self.scale
        size = font.WIDTH * scale
        glyphs = dict(sorted(self._glyphs.items()))
        while glyphs:
            left, (text, polarity) = next(iter(glyphs.items()))
            del glyphs[left]
            blank = _inked_blank(scale, polarity)
            right = at = left + size
            gap = ""
            while at <= WIDTH - size:
                glyph = glyphs.get(at)
                if glyph is not None and glyph[1] is polarity:
                    del glyphs[at]
                    text += gap + glyph[0]
                    gap, right = "", at + size
                elif not gap and band[at * PAGES : (at + size) * PAGES] == blank:
                    gap = " "
                else:
                    break
                at += size
            if any(character.isalnum() for character in text):
                yield _Reading(text, left, self.top, right, self.top + font.HEIGHT * scale)
