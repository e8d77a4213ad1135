# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where files lie on the flash of a drive: FAT gives them sectors of 512 bytes, one behind the other, and knows nothing of
the 4 KB that the flash erases together. So what is written of one file may share such a block with another.
"""

from __future__ import annotations

from pathlib import Path

from chargerctl.simulator.machine.flash import BLOCK, SECTOR

# The first sector is not the first of a block either.
_FIRST = 3 * SECTOR


class Clusters:
    """Of the files that the board has written. Those of the laptop lie elsewhere."""

    def __init__(self) -> None:
        self._places: dict[Path, range] = {}
        self._free = _FIRST

    def grow(self, path: Path, size: int) -> None:
        """The file has `size` bytes now. One that needs more sectors than it has gets new ones."""
        if size > len(self._places.get(path, range(0))):
            end = self._free + -(-size // SECTOR) * SECTOR
            self._places[path] = range(self._free, end)
            self._free = end

    def forget(self, path: Path) -> None:
        self._places.pop(path, None)

    def rename(self, old: Path, new: Path) -> None:
        self._places[new] = self._places.pop(old, range(0))

    def erased_with(self, path: Path, piece: slice) -> list[tuple[Path, slice]]:
        """What lies in the blocks of flash that hold this piece of a file, itself first: (file, piece)."""
        place = self._places.get(path)
        if place is None or not place:
            return [(path, piece)]
        start = (place.start + piece.start) // BLOCK * BLOCK
        end = -(-(place.start + piece.stop) // BLOCK) * BLOCK
        inside = {
            other: slice(max(start - there.start, 0), end - there.start)
            for other, there in self._places.items()
            if there.start < end and start < there.stop
        }
        return [(path, inside.pop(path)), *inside.items()]
