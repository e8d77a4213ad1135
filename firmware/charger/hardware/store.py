# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's own 64 bytes at the start of nvm; what follows them is the journal's.

Layout: "CHG", version, crash count, zeros up to byte 59, CRC-32 (big endian) of bytes 0 to 59.
"""

import binascii
import struct

import microcontroller

SIZE = 64
_BODY = SIZE - 4
_MAGIC = b"CHG\x01"


class Store:
    """Read once, when made: on an ESP32 every read takes 8 KB of heap. Blank or damaged is all zero."""

    def __init__(self):
        self.crash_count = 0
        header = bytes(microcontroller.nvm[0:SIZE])
        if header[: len(_MAGIC)] == _MAGIC and header[_BODY:] == _checksum(header[:_BODY]):
            self.crash_count = header[len(_MAGIC)]

    def set_crash_count(self, count):
        """0 to 255, kept over resets and power cuts. Stands still for about 40 ms, unless unchanged."""
        if count == self.crash_count:
            return
        body = bytearray(_BODY)
        body[: len(_MAGIC)] = _MAGIC
        body[len(_MAGIC)] = count
        # In one piece: each write erases the whole of it first.
        microcontroller.nvm[0:SIZE] = bytes(body) + _checksum(body)
        self.crash_count = count


def _checksum(body):
    return struct.pack(">I", binascii.crc32(body) & 0xFFFFFFFF)
