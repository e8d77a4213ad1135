# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's own 64 bytes at the start of nvm; what follows them is the journal's.

Layout: "CHG", version, crash count, latched fault (its place in FAULTS), zeros up to byte 59, CRC-32 (big endian) of
bytes 0 to 59.
"""

import binascii
import struct

import microcontroller

SIZE = 64
_BODY = SIZE - 4
_MAGIC = b"CHG\x01"


# The faults that outlast a reset. Those of a pin are found again at every start.
FAULTS = (None, "EmergencyStop", "InternalError")


class Store:
    """Read once, when made: on an ESP32 every read takes 8 KB of heap. Blank or damaged is all zero.

    `crash_count`: 0 to 255; `fault`: the latched fault, one of FAULTS. Both outlast resets and power cuts.
    """

    def __init__(self):
        self.crash_count = 0
        self.fault = None
        header = bytes(microcontroller.nvm[0:SIZE])
        if header[: len(_MAGIC)] == _MAGIC and header[_BODY:] == _checksum(header[:_BODY]):
            self.crash_count = header[len(_MAGIC)]
            place = header[len(_MAGIC) + 1]
            self.fault = FAULTS[place] if place < len(FAULTS) else None

    def save(self, crash_count, fault):
        """Stands still for about 40 ms, unless nothing changed. A fault that is not in FAULTS is not kept."""
        if fault not in FAULTS:
            fault = None
        if crash_count == self.crash_count and fault == self.fault:
            return
        body = bytearray(_BODY)
        body[: len(_MAGIC)] = _MAGIC
        body[len(_MAGIC)] = min(crash_count, 255)
        body[len(_MAGIC) + 1] = FAULTS.index(fault)
        # In one piece: each write erases the whole of it first.
        microcontroller.nvm[0:SIZE] = bytes(body) + _checksum(body)
        self.crash_count = crash_count
        self.fault = fault


def _checksum(body):
    return struct.pack(">I", binascii.crc32(body) & 0xFFFFFFFF)
