# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's own 64 bytes at the start of nvm; what follows them is the journal's.

Layout: "CHG", version, crash count, latched fault (its place in FAULTS), 1 while the program stands still on purpose,
zeros up to byte 59, CRC-32 (big endian) of bytes 0 to 59.
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

    `crash_count`: 0 to 255; `fault`: the latched fault, one of FAULTS; `standing_still`: whether the program stood still
    on purpose when it ended. All outlast resets and power cuts.
    """

    def __init__(self):
        self.crash_count = 0
        self.fault = None
        self.standing_still = False
        header = bytes(microcontroller.nvm[0:SIZE])
        if header[: len(_MAGIC)] == _MAGIC and header[_BODY:] == _checksum(header[:_BODY]):
            self.crash_count = header[len(_MAGIC)]
            place = header[len(_MAGIC) + 1]
            self.fault = FAULTS[place] if place < len(FAULTS) else None
            self.standing_still = header[len(_MAGIC) + 2] == 1

    def stand_still(self):
        """What comes now may take for ever: a watchdog reset from here to `go_on` is no crash.

        Written only when a crash is being counted: so the first such reset counts, and none after it. A charger that is
        well, and joins its network a hundred times a day, does not wear its flash.
        """
        if self.crash_count:
            self._save(self.crash_count, self.fault, True)

    def go_on(self):
        self._save(self.crash_count, self.fault, False)

    def save(self, crash_count, fault):
        """Stands still for about 40 ms, unless nothing changed. A fault that is not in FAULTS is not kept."""
        self._save(crash_count, fault if fault in FAULTS else None, False)

    def _save(self, crash_count, fault, standing_still):
        new = (crash_count, fault, standing_still)
        if new == (self.crash_count, self.fault, self.standing_still):
            return
        body = bytearray(_BODY)
        body[: len(_MAGIC)] = _MAGIC
        body[len(_MAGIC)] = min(crash_count, 255)
        body[len(_MAGIC) + 1] = FAULTS.index(fault)
        body[len(_MAGIC) + 2] = standing_still
        # In one piece: each write erases the whole of it first.
        microcontroller.nvm[0:SIZE] = bytes(body) + _checksum(body)
        self.crash_count, self.fault, self.standing_still = new


def _checksum(body):
    return struct.pack(">I", binascii.crc32(body) & 0xFFFFFFFF)
