# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An SSD1306 and its 128x64 glass, from the I2C bytes it receives to the pixels that are lit.

Follows the Solomon Systech data sheet rev 1.1. The module is the common one: its own charge pump, and glass
wired for the alternative COM layout (DA 12) that stands upright with A1 and C8. Scrolling is accepted and not
animated.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from chargerctl.simulator.machine.errors import os_error

WIDTH = 128
HEIGHT = 64
PAGES = HEIGHT // 8

_HORIZONTAL, _VERTICAL, _PAGE = 0, 1, 2

# Command -> how many parameter bytes follow. Commands that are not listed have none.
_PARAMETERS = {
    0x20: 1, 0x21: 2, 0x22: 2, 0x23: 1, 0x26: 6, 0x27: 6, 0x29: 5, 0x2A: 5, 0x81: 1, 0x8D: 1, 0xA3: 2,
    0xA8: 1, 0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD6: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1,
}  # fmt: skip


_MOVES_ROWS = (0xA8, 0xD3, 0xDA)
_UPRIGHT = list(range(HEIGHT))


class Ssd1306:
    """The chip on the bus. `changed` is called after every write that may have changed the picture."""

    def __init__(self, address: int = 0x3C, changed: Callable[[], None] = lambda: None) -> None:
        self.address = address
        self._changed = changed
        self.powered = False
        self.power(True)

    def power(self, powered: bool) -> None:
        """Supply on or off. Off loses everything; after on the memory holds noise and the display is off."""
        self.powered = powered
        # Seeded, so that runs repeat; not blank, so that a program that does not clear it is noticed at once.
        self._ram = bytearray(random.Random(0x1306).randbytes(WIDTH * PAGES))
        self._pending: list[int] = []
        self._display_on = False
        self._charge_pump = False
        self._all_on = False
        self._inverted = False
        self.contrast = 0x7F
        self._mode = _PAGE
        self._columns = (0, WIDTH - 1)
        self._pages = (0, PAGES - 1)
        self._column = 0
        self._page = 0
        self._segment_remap = False
        self._com_remap = False
        self._com_pins = 0x12
        self._start_line = 0
        self._offset = 0
        self._multiplex = HEIGHT
        self._wire()
        self._changed()

    @property
    def on(self) -> bool:
        """Is there light? Needs supply, display on (AF) and the charge pump (8D 14)."""
        return self.powered and self._display_on and self._charge_pump

    # The bus

    def write(self, data: bytes) -> None:
        """One I2C transaction: control bytes (Co, D/C) and what they announce."""
        if not self.powered:
            raise os_error("ENODEV")
        at = 0
        while at < len(data):
            control = data[at]
            at += 1
            end = at + 1 if control & 0x80 else len(data)
            if control & 0x40:
                self._store(data[at:end])
            else:
                for byte in data[at:end]:
                    self._command_byte(byte)
            at = end
        if data:
            self._changed()

    def read(self, count: int) -> bytes:
        """The status register: bit 6 is set while the display is off."""
        if not self.powered:
            raise os_error("ENODEV")
        return bytes([0x00 if self._display_on else 0x40]) * count

    # Commands

    def _command_byte(self, byte: int) -> None:
        self._pending.append(byte)
        command, *parameters = self._pending
        if len(parameters) == _PARAMETERS.get(command, 0):
            self._pending = []
            self._command(command, parameters)

    def _command(self, command: int, parameters: list[int]) -> None:
        first = parameters[0] if parameters else 0
        if command <= 0x0F:
            self._column = (self._column & 0xF0) | command
        elif command <= 0x1F:
            self._column = (self._column & 0x0F) | (command & 0x07) << 4
        elif command == 0x20:
            self._mode = min(first & 0x03, _PAGE)
        elif command == 0x21:
            self._columns = (first & 0x7F, parameters[1] & 0x7F)
            self._column = self._columns[0]
        elif command == 0x22:
            self._pages = (first & 0x07, parameters[1] & 0x07)
            self._page = self._pages[0]
        elif 0x40 <= command <= 0x7F:
            self._start_line = command & 0x3F
        elif command == 0x81:
            self.contrast = first
        elif command == 0x8D:
            self._charge_pump = bool(first & 0x04)
        elif command in (0xA0, 0xA1):
            self._segment_remap = command == 0xA1
        elif command in (0xA4, 0xA5):
            self._all_on = command == 0xA5
        elif command in (0xA6, 0xA7):
            self._inverted = command == 0xA7
        elif command == 0xA8:
            self._multiplex = max(first & 0x3F, 15) + 1
        elif command in (0xAE, 0xAF):
            self._display_on = command == 0xAF
        elif 0xB0 <= command <= 0xB7:
            self._page = command & 0x07
        elif command & 0xF0 == 0xC0:
            self._com_remap = bool(command & 0x08)
        elif command == 0xD3:
            self._offset = first & 0x3F
        elif command == 0xDA:
            self._com_pins = first
        if command in _MOVES_ROWS or 0x40 <= command <= 0x7F or command & 0xF0 == 0xC0:
            self._wire()

    # Memory: index x * 8 + page, x counted from the left of the upright glass, so that a column's bytes are
    # neighbours. Segment remap acts on what is written, not on what is there (data sheet 10.1.8).

    def _store(self, data: bytes) -> None:
        if self._mode == _VERTICAL:
            for byte in data:
                self._ram[self._place(self._column) + self._page] = byte
                self._step_page()
            return
        at = 0
        while at < len(data):
            last = (
                self._columns[1]
                if self._mode == _HORIZONTAL and self._column <= self._columns[1]
                else WIDTH - 1
            )
            run = data[at : at + last - self._column + 1]
            at += len(run)
            start = self._place(self._column) + self._page
            step = PAGES if self._segment_remap else -PAGES
            stop = start + step * len(run)
            self._ram[slice(start, stop if stop >= 0 else None, step)] = run
            self._column += len(run)
            if self._column > last:
                self._wrap_column()

    def _place(self, column: int) -> int:
        return (column if self._segment_remap else WIDTH - 1 - column) * PAGES

    def _wrap_column(self) -> None:
        if self._mode == _PAGE:
            self._column = 0
            return
        self._column = self._columns[0]
        self._page = self._pages[0] if self._page == self._pages[1] else (self._page + 1) % PAGES

    def _step_page(self) -> None:
        if self._page != self._pages[1]:
            self._page = (self._page + 1) % PAGES
            return
        self._page = self._pages[0]
        self._column = self._columns[0] if self._column == self._columns[1] else (self._column + 1) % WIDTH

    # The glass

    def picture(self) -> bytes:
        """The lit pixels: 8 bytes a column, columns from the left, bit 0 of the first byte on top."""
        if not self.on:
            return bytes(WIDTH * PAGES)
        if self._rows == _UPRIGHT and not self._inverted and not self._all_on:
            return bytes(self._ram)
        driven = sum(1 << y for y, row in enumerate(self._rows) if row is not None)
        if self._all_on:
            lit = [driven] * WIDTH
        else:
            lit = [self._scanned(column) ^ (driven if self._inverted else 0) for column in range(WIDTH)]
        return b"".join(column.to_bytes(PAGES, "little") for column in lit)

    def _scanned(self, column: int) -> int:
        stored = int.from_bytes(self._ram[column * PAGES : (column + 1) * PAGES], "little")
        return sum((stored >> row & 1) << y for y, row in enumerate(self._rows) if row is not None)

    def _wire(self) -> None:
        self._rows = [self._ram_row(y) for y in range(HEIGHT)]

    def _ram_row(self, y: int) -> int | None:
        """Which row of the memory is on line y of the glass; None where no row is driven."""
        line = HEIGHT - 1 - y
        pin = line // 2 + 32 * (line & 1)
        if self._com_pins & 0x20:
            pin = (pin + 32) % HEIGHT
        com = pin if not self._com_pins & 0x10 else 2 * (pin % 32) + pin // 32
        if com >= self._multiplex:
            return None
        row = self._multiplex - 1 - com if self._com_remap else com
        return (row + self._offset + self._start_line) % HEIGHT
