# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal in an I2C FRAM of 8 KB or more (MB85RC64 to MB85RC1MT): two halves of 4 KB. Every byte is written at once and
for good; a rewriting fills the other half, and its header comes last.

Over the bus that the display and the reader use, with its care for held wires, not with adafruit_fram: that wants an
identity that only some chips have, and blocks on a held wire with the relay closed.
"""

import errno

import supervisor
from micropython import const

_SIZE = const(4096)
_CHUNK = const(60)
_HEADER = const(16)
# At 400 kHz, each chunk asked for first and read back: of 4 KB, of any, and of each chunk.
_ALL_MS = const(400)
_ANY_MS = const(30)
_CHUNK_MS = const(6)


class Medium:
    copies = 2
    size = _SIZE
    keeps = True
    checkpoint_wh = 100
    rewrite_ms = _ALL_MS

    def __init__(self, i2c, address):
        self._i2c = i2c
        self._address = address
        self._current = 0
        i2c.ask(address)

    def ms(self, size):
        return _ANY_MS + (size // _CHUNK + 1) * _CHUNK_MS

    def read(self, copy, offset, size):
        into = bytearray(size)
        self._send(copy * _SIZE + offset, b"")
        self._i2c.ask(self._address, into)
        return bytes(into)

    def use(self, copy, end, behind):
        self._current = copy

    def append(self, offset, data):
        self._write(self._current, offset, data)

    def replace(self, image):
        other = 1 - self._current
        self._write(other, _HEADER, image[_HEADER:] + b"\xff" * (_SIZE - len(image)))
        self._write(other, 0, image[:_HEADER])
        self._current = other

    def _write(self, copy, offset, data):
        for at in range(0, len(data), _CHUNK):
            part = data[at : at + _CHUNK]
            self._send(copy * _SIZE + offset + at, part)
            if self.read(copy, offset + at, len(part)) != part:
                raise OSError(errno.EIO, "FRAM does not keep what was written")

    def _send(self, address, data):
        i2c = self._i2c
        now = supervisor.ticks_ms()
        if not i2c.usable(now):
            raise OSError(errno.EIO, i2c.reason)
        try:
            i2c.send(self._address, bytes((address >> 8, address & 0xFF)) + data)
        except OSError:
            i2c.stalled(now)
            raise
