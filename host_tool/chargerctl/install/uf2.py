# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads UF2, the format of what is copied to a boot drive (https://github.com/microsoft/uf2): blocks of 512 bytes, each with
its address. Pure: bytes in, content out."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from chargerctl.install.wrong import WrongImageError

BLOCK = 512
_MAGIC_START, _MAGIC_END = b"UF2\nWQ]\x9e", bytes.fromhex("306fb10a")
_NOT_MAIN_FLASH, _HAS_FAMILY = 0x1, 0x2000
_MOST_PAYLOAD = 476
_ABSOLUTE = 0xE48BFF57  # a block that works around a fault of the RP2350; not part of the program
FAMILIES = {
    0xE48BFF56: "rp2040",
    0xE48BFF59: "rp2350",
    0xBFDD4EEE: "esp32s2",
    0xC47E5767: "esp32s3",
}


@dataclass(frozen=True)
class Uf2:
    """chip: as in the catalogue of boards. start: address of the content, which has no gaps."""

    chip: str
    start: int
    content: bytes


@dataclass(frozen=True)
class _Block:
    address: int
    number: int
    count: int
    family: int
    payload: bytes


def read_uf2(data: bytes) -> Uf2:
    """Raises WrongImageError for anything but one whole program for one chip."""
    if not data or len(data) % BLOCK:
        raise WrongImageError(
            f"its {len(data):,} bytes are no whole UF2 blocks: the download is not complete"
        )
    blocks = [
        block for at in range(0, len(data), BLOCK) if (block := _block(data[at : at + BLOCK], at // BLOCK))
    ]
    program = [block for block in blocks if block.family != _ABSOLUTE]
    families = {block.family for block in program}
    if len(families) != 1:
        raise WrongImageError("it is for several chips, or for none")
    family = families.pop()
    if family not in FAMILIES:
        raise WrongImageError(f"it is for a chip (UF2 family {family:#010x}) that chargerctl does not know")
    _check_whole(program)
    start, content = _joined(program)
    return Uf2(FAMILIES[family], start, content)


def _block(data: bytes, at: int) -> _Block | None:
    """None for a block that is not written to flash."""
    if not data.startswith(_MAGIC_START) or not data.endswith(_MAGIC_END):
        raise WrongImageError(f"its block {at} is not one of UF2: the download is damaged")
    flags, address, size, number, count, family = struct.unpack_from("<6I", data, 8)
    if flags & _NOT_MAIN_FLASH:
        return None
    if not flags & _HAS_FAMILY:
        raise WrongImageError("it does not say which chip it is for")
    if not 0 < size <= _MOST_PAYLOAD:
        raise WrongImageError(f"its block {at} has an impossible size: the download is damaged")
    return _Block(address, number, count, family, data[32 : 32 + size])


def _check_whole(blocks: list[_Block]) -> None:
    numbers = sorted(block.number for block in blocks)
    if {block.count for block in blocks} != {len(blocks)} or numbers != [*range(len(blocks))]:
        raise WrongImageError("it lacks blocks, or has some twice: the download is damaged")


def _joined(blocks: Iterable[_Block]) -> tuple[int, bytes]:
    ordered = sorted(blocks, key=lambda block: block.address)
    at = start = ordered[0].address
    parts = []
    for block in ordered:
        if block.address != at:
            raise WrongImageError("its blocks overlap, or leave gaps: the download is damaged")
        parts.append(block.payload)
        at += len(block.payload)
    return start, b"".join(parts)
