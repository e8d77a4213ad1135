# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal in nvm, behind the firmware's own 64 bytes (store.py). An interface of media is in medium.py.

RP2: one sector of flash. What is appended is programmed into erased bytes; a rewriting erases the sector, and a power
cut then loses all of it: so only when nothing in it is owed to anybody. ESP32: every write erases all first.
"""

import errno

import microcontroller
import supervisor
from micropython import const

from charger import ticks

_FIRST = const(64)
_SIZE = const(4032)
# RP2, by the data sheets of its flash: two pages of 256 bytes, 3 ms each; an erasure of 400 ms, and 16 pages.
_PROGRAM_MS = const(10)
_ERASE_MS = const(450)
# ESP32: three sectors erased, 8 KB written. That is what a worn flash may take; three times what was measured, if less.
_ESP32_MS = const(1500)
_MARGIN = const(3)


class Nvm:
    copies = 1
    size = _SIZE

    def __init__(self, is_rp2):
        self._is_rp2 = is_rp2
        self.keeps = not is_rp2
        self.ms = _PROGRAM_MS if is_rp2 else _ESP32_MS
        self.rewrite_ms = _ERASE_MS if is_rp2 else _ESP32_MS
        self._longest_ms = 0
        # Until the first write: every read of an ESP32 takes 8 KB of heap.
        self._image = None if is_rp2 else bytes(microcontroller.nvm[_FIRST : _FIRST + _SIZE])

    def read(self, _, offset, size):
        if self._image is not None:
            return self._image[offset : offset + size]
        return bytes(microcontroller.nvm[_FIRST + offset : _FIRST + offset + size])

    def use(self, _, end, behind):
        self._image = None

    def append(self, offset, data):
        if not data:
            return
        if not self._is_rp2:
            self._measured(offset, data)
            return
        if self.read(0, offset, len(data)) != b"\xff" * len(data):
            raise OSError(errno.EIO, "nvm is not erased")
        self._write(offset, data)

    def replace(self, image):
        image += b"\xff" * (_SIZE - len(image))
        if self._is_rp2:
            self._write(0, image)
        else:
            self._measured(0, image)

    def _write(self, offset, data):
        microcontroller.nvm[_FIRST + offset : _FIRST + offset + len(data)] = data
        if self.read(0, offset, len(data)) != data:
            raise OSError(errno.EIO, "nvm does not keep what was written")

    def _measured(self, offset, data):
        started = supervisor.ticks_ms()
        microcontroller.nvm[_FIRST + offset : _FIRST + offset + len(data)] = data
        self._longest_ms = max(self._longest_ms, ticks.diff(supervisor.ticks_ms(), started))
        self.ms = self.rewrite_ms = min(_ESP32_MS, self._longest_ms * _MARGIN)
