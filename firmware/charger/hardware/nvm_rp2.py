# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal in the nvm of an RP2, one sector of flash, behind the firmware's own 64 bytes (store.py).

What is appended is programmed into erased bytes. A rewriting erases the sector, and a power cut then loses all of it: so
only when nothing in it is owed to anybody.
"""

import errno

import microcontroller
from micropython import const

_FIRST = const(64)
_SIZE = const(4032)
_PAGE = const(256)
_PAGE_MS = const(5)


class Medium:
    copies = 1
    size = _SIZE
    keeps = False
    checkpoint_wh = 100
    # By the data sheet of its flash: an erasure of 400 ms, and 16 pages.
    rewrite_ms = 450

    def __init__(self, store):
        self._store = store

    def ms(self, size):
        """Its pages have 256 bytes and take 3 ms each; the first may be nearly full."""
        return (size // _PAGE + 2) * _PAGE_MS

    def read(self, _, offset, size):
        return bytes(microcontroller.nvm[_FIRST + offset : _FIRST + offset + size])

    def use(self, _, end, behind):
        pass

    def append(self, offset, data):
        if self.read(0, offset, len(data)) != b"\xff" * len(data):
            raise OSError(errno.EIO, "nvm is not erased")
        if data:
            self._write(offset, data)

    def replace(self, image):
        image += b"\xff" * (_SIZE - len(image))
        store = self._store
        if store.trouble is None and self.read(0, 0, _SIZE) != b"\xff" * _SIZE:
            # The sector is erased anyway.
            self._write(-_FIRST, store.renewed() + image)
            store.renew()
        else:
            self._write(0, image)

    def _write(self, offset, data):
        microcontroller.nvm[_FIRST + offset : _FIRST + offset + len(data)] = data
        if self.read(0, offset, len(data)) != data:
            raise OSError(errno.EIO, "nvm does not keep what was written")
