# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal in two files, each a whole copy. Each write brings the copy up to date that lags behind, so a power cut may
damage that one alone: what it held is in the other.

A file system on flash erases 4 KB for every block that it writes, with whatever lies beside it. So each file is a ring of
places of 4 KB, and every new log gets the next one: all wear out alike. At both ends 4 KB are unused: no other file shares
what is erased. Places share it with their neighbours, which hold nothing by then that the other file does not have.

Both files are made once (ring.py), stay open and keep their length, and only whole blocks are written: neither a directory
nor the table of clusters changes.
"""

import os

import supervisor
from micropython import const

from charger import ticks

_SIZE = const(4096)
_BLOCK = const(512)
# One block on a worn flash; twice the longest that was measured, if less: two blocks of 60 ms, as is usual, fit the 250 ms
# that a charge may wait by default.
_WORST_MS = const(400)
_MARGIN = const(2)


class Medium:
    """Of each of the two: `files`, open; `counts` of its places; `places`: the one of its newest log. `block_ms`: what a
    block took at the start, 0 where that is not known."""

    copies = 2
    size = _SIZE
    keeps = True
    checkpoint_wh = 100

    def __init__(self, files, counts, places, block_ms):
        self._block_ms = block_ms
        # Nothing was written since the start.
        self._first = True
        self._current = 0
        # Where the log ends, and up to where the other copy has it.
        self._end = self._behind = 0
        self._files = files
        self._counts = counts
        self._places = places

    def ms(self, size):
        behind = self._behind
        if not behind:
            return self.rewrite_ms
        return ((self._end + size + _BLOCK - 1) // _BLOCK - behind // _BLOCK) * self._worst_ms

    @property
    def rewrite_ms(self):
        return (_SIZE // _BLOCK + (1 in self._counts)) * self._worst_ms

    @property
    def _worst_ms(self):
        return min(_WORST_MS, self._block_ms * _MARGIN) or _WORST_MS

    def read(self, copy, offset, size):
        file = self._files[copy]
        file.seek((self._places[copy] + 1) * _SIZE + offset)
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
        # Also when it fails: then the next write begins there anew.
        self._behind = 0
        self._bring(0, 0, image + b"\xff" * (_SIZE - len(image)))
        self._end = len(image)

    def _bring(self, behind, offset, data):
        """The other copy up to date, from `behind` on, with `data` at `offset`. It is the current one then."""
        current = self._current
        other = 1 - current
        file = self._files[other]
        place = self._places[other]
        end = offset + len(data)
        if not behind:
            # Nothing there is the same: all of the next place.
            place = (place + 1) % self._counts[other]
            end = _SIZE
            if self._counts[other] == 1:
                # Else the old header would stand before new records.
                file.seek(_SIZE)
                file.write(b"\xff" * _BLOCK)
                os.sync()
        blocks = range(behind // _BLOCK, (end + _BLOCK - 1) // _BLOCK)
        # The header last: before it counts, nothing is there any more of the log of an earlier round.
        for block in blocks if behind else reversed(blocks):
            start = block * _BLOCK
            first = max(offset - start, 0)
            part = data[max(start - offset, 0) : max(start + _BLOCK - offset, 0)]
            if len(part) < _BLOCK:
                kept = self.read(current, start, _BLOCK)
                part = kept[:first] + part + kept[first + len(part) :]
            start += (place + 1) * _SIZE
            file.seek(start)
            # Blank blocks need not be written again, except where a power cut may have left them half erased.
            if not self._first and file.read(_BLOCK) == part:
                continue
            now = supervisor.ticks_ms()
            file.seek(start)
            file.write(part)
            os.sync()
            self._block_ms = max(self._block_ms, ticks.diff(supervisor.ticks_ms(), now), 1)
        self._first = False
        self._current = other
        self._places[other] = place
