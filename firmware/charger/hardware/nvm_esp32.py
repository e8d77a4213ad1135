# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal in the nvm of an ESP32, behind the firmware's own 64 bytes (store.py). Every write erases all of it first: a
power cut meanwhile loses all."""

import microcontroller
import supervisor
from micropython import const

from charger import ticks

_FIRST = const(64)
_SIZE = const(4032)
# Three sectors erased and 8 KB written may take that long on a worn flash; three times what was measured, if less.
_WORST_MS = const(1500)
_MARGIN = const(3)


class Medium:
    copies = 1
    size = _SIZE
    keeps = True
    checkpoint_wh = 1000
    rewrite_ms = _WORST_MS

    def __init__(self):
        self._longest_ms = 1
        # Until the first write: every read takes 8 KB of heap.
        self._image = bytes(microcontroller.nvm[_FIRST : _FIRST + _SIZE])

    def ms(self, size):
        return self.rewrite_ms

    def read(self, _, offset, size):
        return self._image[offset : offset + size]

    def use(self, _, end, behind):
        self._image = None

    def append(self, offset, data):
        if data:
            started = supervisor.ticks_ms()
            try:
                microcontroller.nvm[_FIRST + offset : _FIRST + offset + len(data)] = data
            except MemoryError:
                # ESP-IDF's, too: all may be erased by then, so it counts as a write that failed.
                raise RuntimeError("no memory to write nvm") from None
            self._longest_ms = max(self._longest_ms, ticks.diff(supervisor.ticks_ms(), started))
            self.rewrite_ms = min(_WORST_MS, self._longest_ms * _MARGIN)

    def replace(self, image):
        self.append(0, image + b"\xff" * (_SIZE - len(image)))
