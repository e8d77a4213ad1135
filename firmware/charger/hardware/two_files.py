# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal in two files, each a whole copy. Each write brings the copy up to date that lags behind, so a power cut may
damage that one alone: what it held is in the other.

A file system on flash erases 4 KB for every block that it writes, with whatever lies beside it. So each file has 4 KB
unused on both sides of its 4 KB: nothing else shares what is erased. Both files are made once, stay open and keep their
length, and only whole blocks are written: neither a directory nor the table of clusters changes.
"""

import os

import supervisor
from micropython import const

from charger import ticks

_SIZE = const(4096)
_BLOCK = const(512)
# One block on a worn flash; three times what was measured, if less.
_WORST_MS = const(400)
_MARGIN = const(3)


class Medium:
    """`files`: both, open, three times as long as a copy."""

    copies = 2
    size = _SIZE
    keeps = True

    def __init__(self, files):
        self._longest_ms = self._block_ms = 0
        self._current = 0
        # Where the log ends, and up to where the other copy has it.
        self._end = self._behind = 0
        self._files = files

    @property
    def ms(self):
        return ((self._end + _BLOCK - 1) // _BLOCK - self._behind // _BLOCK + 1) * (
            self._block_ms or _WORST_MS
        )

    @property
    def rewrite_ms(self):
        return _SIZE // _BLOCK * (self._block_ms or _WORST_MS)

    def read(self, copy, offset, size):
        file = self._files[copy]
        file.seek(_SIZE + offset)
        return file.read(size)

    def use(self, copy, end, behind):
        self._current = copy
        self._end = end
        self._behind = behind

    def append(self, offset, data):
        self._bring(self._behind, offset, data)
        self._behind = self._end
        self._end = offset + len(data)

    def replace(self, image):
        self._bring(0, 0, image + b"\xff" * (_SIZE - len(image)))
        self._behind = 0
        self._end = len(image)

    def _bring(self, behind, offset, data):
        """The other copy up to date, from `behind` on, with `data` at `offset`. It is the current one then."""
        other = 1 - self._current
        file = self._files[other]
        end = offset + len(data)
        blocks = range(behind // _BLOCK, (end + _BLOCK - 1) // _BLOCK)
        # A new log gets its header last: what is still there of the old one would be taken for its continuation.
        for block in blocks if offset else reversed(blocks):
            start = block * _BLOCK
            first = max(offset - start, 0)
            part = data[max(start - offset, 0) : max(start + _BLOCK - offset, 0)]
            kept = self.read(self._current, start, _BLOCK) if len(part) < _BLOCK else b""
            now = supervisor.ticks_ms()
            file.seek(_SIZE + start)
            file.write(kept[:first] + part + kept[first + len(part) :])
            os.sync()
            self._longest_ms = max(self._longest_ms, ticks.diff(supervisor.ticks_ms(), now))
        self._block_ms = min(_WORST_MS, max(self._longest_ms, 1) * _MARGIN)
        self._current = other
