# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes images like those of CircuitPython, a few kilobytes long."""

from __future__ import annotations

import hashlib
import struct
from functools import reduce
from operator import xor

from chargerctl.boards.catalogue import BOARDS
from chargerctl.install.esp_image import CHIPS
from chargerctl.install.uf2 import FAMILIES

FLASH_4MB = 2  # as the header of a program has it
ABSOLUTE = 0xE48BFF57
# INFO_UF2.TXT on the boot drives of the two chips.
RP2040 = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"
RP2350 = "UF2 Bootloader v1.0\r\nModel: Raspberry Pi RP2350\r\nBoard-ID: RP2350\r\n"


def chip_number(chip: str) -> int:
    return next(number for number, name in CHIPS.items() if name == chip)


def family(chip: str) -> int:
    return next(number for number, name in FAMILIES.items() if name == chip)


def texts(board_id: str, version: str = "10.1.3", title: str | None = None) -> bytes:
    """What CircuitPython has among its texts."""
    name = title or BOARDS[board_id].title
    banner = f"Adafruit CircuitPython {version} on 2026-01-15; {name} with a chip\0"
    return b"\0some text\0" + banner.encode() + board_id.encode() + b"\0" + bytes(300)


def esp_program(chip: str, content: bytes, flash: int = FLASH_4MB, hashed: bool = True) -> bytes:
    segments = [b"code" * 25, content.ljust(-(-len(content) // 4) * 4, b"\0")]
    header = struct.pack("<BBBBI", 0xE9, len(segments), 2, flash << 4, 0x4080_0000)
    header += struct.pack("<B3xHB8xB", 0xEE, chip_number(chip), 0, hashed)
    body = b"".join(struct.pack("<II", 0x4200_0020, len(each)) + each for each in segments)
    image = header + body
    image += bytes(15 - len(image) % 16) + bytes([reduce(xor, b"".join(segments), 0xEF)])
    return image + hashlib.sha256(image).digest() if hashed else image


def esp_flash(
    board_id: str, *, chip: str | None = None, version: str = "10.1.3", flash: int = FLASH_4MB
) -> bytes:
    """Bootloader, partitions, program: a .bin as it is flashed at 0x0."""
    chip = chip or BOARDS[board_id].chip
    data = esp_program(chip, b"a bootloader".ljust(200, b"."), flash).ljust(0x8000, b"\xff")
    partitions = (
        (0xAA, 0x50, 1, 2, 0x9000, 0x5000, b"nvs"),
        (0xAA, 0x50, 0, 0x10, 0x10000, 0x200000, b"ota_0"),
        (0xAA, 0x50, 1, 0x81, 0x210000, 0x1F0000, b"user_fs"),
    )
    data += b"".join(struct.pack("<BBBBII16s4x", *entry) for entry in partitions)
    return data.ljust(0x10000, b"\xff") + esp_program(chip, texts(board_id, version), flash)


def uf2(content: bytes, family_id: int, start: int = 0x1000_0000, payload: int = 256) -> bytes:
    parts = [content[at : at + payload].ljust(payload, b"\0") for at in range(0, len(content), payload)]
    return b"".join(
        uf2_block(part, family_id, start + number * payload, number, len(parts))
        for number, part in enumerate(parts)
    )


def uf2_block(
    part: bytes, family_id: int, address: int, number: int, count: int, flags: int = 0x2000
) -> bytes:
    head = struct.pack("<8I", 0x0A324655, 0x9E5D5157, flags, address, len(part), number, count, family_id)
    return head + part.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)


def image_for(board_id: str, version: str = "10.1.3") -> bytes:
    """The right image for a board of the catalogue."""
    board = BOARDS[board_id]
    if not board.has_drive:
        return esp_flash(board_id, version=version)
    content = texts(board_id, version)
    if board.is_rp2:
        return uf2(content, family(board.chip))
    return uf2(esp_program(board.chip, content), family(board.chip), start=0)
