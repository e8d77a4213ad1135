# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a power cut leaves of NOR flash: erasing turns all bits to 1, programming turns some to 0, neither at once.

Not modelled: a bit in between, which reads differently each time.
"""

from __future__ import annotations

import random

BLANK = 0xFF
PAGE = 256
# What a file on a flash drive is made of, as seen by FAT, and what the flash below erases.
SECTOR = 512
BLOCK = 4096


def half_erased(old: bytes, chance: random.Random) -> bytes:
    """All of it is erased together: hardly begun, on the way, or hardly missing."""
    match chance.randrange(3):
        case 0:
            return old
        case 1:
            return bytes(byte | chance.getrandbits(8) for byte in old)
    return bytes([BLANK]) * len(old)


def half_programmed(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """Page by page. In the page under way the bytes get their bits one after another, or all together."""
    start = chance.randrange(0, len(new), PAGE)
    end = min(start + PAGE, len(new))
    if chance.getrandbits(1):
        start = chance.randrange(start, end)
        end = start + 1
    under_way = bytes(new[at] | (old[at] & chance.getrandbits(8)) for at in range(start, end))
    return new[:start] + under_way + old[end:]


def half_written(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """A block of a drive: the flash was still being erased, or written; or the first sectors are new and the others old,
    as behind a controller that erases elsewhere."""
    match chance.randrange(3):
        case 0:
            return half_erased(old, chance)
        case 1:
            return half_programmed(bytes([BLANK]) * len(new), new, chance)
    sectors = chance.randrange(-(-len(new) // SECTOR)) * SECTOR
    return new[:sectors] + old[sectors:]
