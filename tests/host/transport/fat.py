# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Empty FAT12 and FAT16 file systems of any cluster size, laid out here, byte by byte, from Microsoft's FAT document:
pyfatfs formats too, but not with the cluster size one wants.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FatFormat:
    kilobytes: int
    cluster: int
    bits: int


# As boards have them, and the corners.
IMAGES = {
    "FAT12 of 960 KB, 512-byte clusters": FatFormat(960, 512, 12),
    "FAT12 of 2 MB, 1 KB clusters": FatFormat(2048, 1024, 12),
    "FAT12 of 3776 KB, 4 KB clusters": FatFormat(3776, 4096, 12),
    "FAT16 of 3776 KB, 512-byte clusters": FatFormat(3776, 512, 16),
    "FAT16 of 32 MB, 4 KB clusters": FatFormat(32768, 4096, 16),
}
SECTOR = 512
ROOT_ENTRIES = 512


def format_image(path: Path, kind: FatFormat) -> Path:
    """Write an empty file system to `path` and return it."""
    sectors, per_cluster = kind.kilobytes * 1024 // SECTOR, kind.cluster // SECTOR
    root = ROOT_ENTRIES * 32 // SECTOR
    fat = 1
    while True:
        clusters = (sectors - 1 - 2 * fat - root) // per_cluster
        if fat * SECTOR * 8 >= (clusters + 2) * kind.bits:
            break
        fat += 1
    assert (clusters < 4085) == (kind.bits == 12), f"{clusters} clusters are not FAT{kind.bits}"
    small, large = (sectors, 0) if sectors < 65536 else (0, sectors)
    header = struct.pack(
        "<3s8sHBHBHHBHHHII", b"\xeb\x3c\x90", b"MSDOS5.0", SECTOR, per_cluster, 1, 2, ROOT_ENTRIES, small,
        0xF8, fat, 63, 255, 0, large,
    )  # fmt: skip
    label, name = b"CIRCUITPY  ", f"FAT{kind.bits}   ".encode()
    header += struct.pack("<BBBI11s8s", 0x80, 0, 0x29, 0x12345678, label, name)
    boot = header.ljust(SECTOR - 2, b"\0") + b"\x55\xaa"
    table = (b"\xf8\xff\xff" if kind.bits == 12 else b"\xf8\xff\xff\xff").ljust(fat * SECTOR, b"\0")
    entry = (label + b"\x08").ljust(32, b"\0")
    content = boot + table + table + entry.ljust(root * SECTOR, b"\0")
    with path.open("wb") as file:
        file.write(content)
        file.truncate(sectors * SECTOR)
    return path
