# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads what is flashed to an ESP32: programs with their checksums, and a whole flash with its table of partitions.

After Espressif's "Firmware Image Format" and "Partition Tables". Pure: bytes in, facts out.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import xor

from chargerctl.install.wrong import WrongImageError

CHIPS = {
    0: "esp32",
    2: "esp32s2",
    5: "esp32c3",
    9: "esp32s3",
    12: "esp32c2",
    13: "esp32c6",
    16: "esp32h2",
    18: "esp32p4",
    20: "esp32c61",
    23: "esp32c5",
}
_MAGIC = 0xE9
_HEADER, _SEGMENT_HEADER = 24, 8
_MOST_SEGMENTS = 16
_CHECKSUM_START = 0xEF
_TABLE_AT, _TABLE_SIZE = 0x8000, 0xC00
_ENTRY = 32
_ENTRY_MAGIC = b"\xaa\x50"
_APP, _FACTORY, _OTA_0 = 0, 0x00, 0x10
_MB = 1 << 20


@dataclass(frozen=True)
class Program:
    """One program, whose checksums are right. flash: bytes of flash that it was made for. end: where it ends."""

    chip: str
    flash: int
    end: int


@dataclass(frozen=True)
class Flash:
    """A whole flash from address 0: chip of bootloader and program, bytes of flash that it needs."""

    chip: str
    size: int


def read_flash(data: bytes) -> Flash:
    """A bootloader at 0, partitions, and a program in the first of them. WrongImageError for anything else."""
    bootloader = read_program(data, 0)
    partitions = list(_partitions(data))
    apps = [at for kind, subtype, at, _ in partitions if kind == _APP and subtype in (_FACTORY, _OTA_0)]
    if not apps:
        raise WrongImageError("it has no table of partitions with a program: it is not a whole image")
    program = read_program(data, apps[0])
    if program.chip != bootloader.chip:
        raise WrongImageError(f"its bootloader is for {bootloader.chip}, its program for {program.chip}")
    needed = max(len(data), *(at + size for _, _, at, size in partitions))
    if needed > bootloader.flash:
        raise WrongImageError(
            f"it needs {needed:,} bytes of flash, but says that there are {bootloader.flash:,}"
        )
    return Flash(program.chip, needed)


def read_program(data: bytes, at: int) -> Program:
    """The program at this place; WrongImageError where there is none, or a damaged one."""
    if len(data) < at + _HEADER or data[at] != _MAGIC:
        raise WrongImageError(f"it has no program for an ESP32 at {at:#x}")
    segments, sizes = data[at + 1], data[at + 3]
    (chip_id,) = struct.unpack_from("<H", data, at + 12)
    if chip_id not in CHIPS:
        raise WrongImageError(f"it is for a chip (number {chip_id}) that chargerctl does not know")
    if not 0 < segments <= _MOST_SEGMENTS:
        raise WrongImageError("it has an impossible number of segments: the download is damaged")
    end, checksum = at + _HEADER, _CHECKSUM_START
    for _ in range(segments):
        size = struct.unpack_from("<I", _part(data, end, _SEGMENT_HEADER), 4)[0]
        end += _SEGMENT_HEADER
        checksum ^= reduce(xor, _part(data, end, size), 0)
        end += size
    end += 16 - (end - at) % 16  # the checksum is the last byte of 16
    if _part(data, end - 1, 1)[0] != checksum:
        raise WrongImageError(f"the checksum of its program at {at:#x} is wrong: the download is damaged")
    if data[at + 23]:
        if hashlib.sha256(data[at:end]).digest() != _part(data, end, 32):
            raise WrongImageError(f"the SHA-256 of its program at {at:#x} is wrong: the download is damaged")
        end += 32
    return Program(CHIPS[chip_id], _MB << min(sizes >> 4, 8), end)


def _part(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise WrongImageError("it ends too early: the download is not complete")
    return data[at : at + size]


def _partitions(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, subtype, address and size of each."""
    for at in range(_TABLE_AT, _TABLE_AT + _TABLE_SIZE, _ENTRY):
        entry = data[at : at + _ENTRY]
        if len(entry) < _ENTRY or not entry.startswith(_ENTRY_MAGIC):
            return
        kind, subtype, address, size = struct.unpack_from("<BBII", entry, 2)
        yield kind, subtype, address, size
