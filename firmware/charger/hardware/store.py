# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's own 64 bytes at the start of nvm; what follows them is the journal's. Nothing here raises: an nvm that
fails is logged, and the charger continues with what it has in memory.

Layout: "CHG", version, crash count, latched fault (its place in FAULTS), 1 while a blocking call is in progress,
zeros up to byte 59, CRC-32 (big endian) of bytes 0 to 59.
"""

import binascii
import struct

import microcontroller

SIZE = 64
_BODY = SIZE - 4
_MAGIC = b"CHG\x01"


# The faults that outlast a reset. Those of a pin are found again at every start.
FAULTS = (None, "EmergencyStop", "InternalError", "PowerSwitchFailure")
# What nvm raises: espidf.IDFError is an OSError, espidf.MemoryError a MemoryError, for the 8 KB that each access takes.
_ERRORS = (OSError, RuntimeError, MemoryError)


class Store:
    """Read once, when made: on an ESP32 every read takes 8 KB of heap. Blank or damaged is all zero.

    `crash_count`: 0 to 255; `fault`: the latched fault, one of FAULTS; `blocking`: whether a blocking call
    was in progress when it ended. All outlast resets and power cuts. `trouble`: why nvm could not be read or written the
    last time, or None. When it cannot be read, `fault` is "NvmFailure": there may have been one.
    """

    def __init__(self):
        self.log = None
        self.crash_count = 0
        self.fault = self.trouble = None
        self.blocking = False
        self._blank = False
        self._read()

    def _read(self):
        try:
            header = bytes(microcontroller.nvm[0:SIZE])
        except _ERRORS as error:
            self.fault = "NvmFailure"
            self._failed("read", error)
            return
        self.fault = self.trouble = None
        self._blank = header == b"\xff" * SIZE
        if header[: len(_MAGIC)] == _MAGIC and header[_BODY:] == _checksum(header[:_BODY]):
            self.crash_count = header[len(_MAGIC)]
            place = header[len(_MAGIC) + 1]
            # A later version's latch is a latch here, too.
            self.fault = FAULTS[place] if place < len(FAULTS) else FAULTS[2]
            self.blocking = header[len(_MAGIC) + 2] == 1

    def first(self):
        """Whether this is the board's first start: nvm is blank. It is not blank from then on."""
        if self._blank:
            self._write((self.crash_count, self.fault, self.blocking))
        return self._blank and self.trouble is None

    def block(self):
        """Record that a blocking call without a limit begins: a watchdog reset before `unblock` is not a crash.

        Written only when a crash is being counted: so the first such reset counts, and none after it. A charger that
        works, and joins its network a hundred times a day, does not wear its flash.
        """
        if self.crash_count:
            self._save(self.crash_count, self.fault, True)

    def unblock(self):
        self._save(self.crash_count, self.fault, False)

    def save(self, crash_count, fault):
        """Blocks for about 40 ms, unless nothing changed. A fault that is not in FAULTS is not kept, nor the text behind
        a colon. With NvmFailure, what nvm holds is not known: it is not overwritten, but read again."""
        if fault == "NvmFailure":
            self._read()
        else:
            fault = fault and fault.split(":")[0]
            self._save(crash_count, fault if fault in FAULTS else None, False)

    def _save(self, crash_count, fault, blocking):
        new = (crash_count, fault, blocking)
        if new != (self.crash_count, self.fault, self.blocking):
            self._write(new)

    def _write(self, new):
        crash_count, fault, blocking = new
        body = bytearray(_BODY)
        body[: len(_MAGIC)] = _MAGIC
        body[len(_MAGIC)] = min(crash_count, 255)
        body[len(_MAGIC) + 1] = FAULTS.index(fault)
        body[len(_MAGIC) + 2] = blocking
        try:
            # In one piece: each write erases the whole of it first.
            microcontroller.nvm[0:SIZE] = bytes(body) + _checksum(body)
        except _ERRORS as error:
            self._failed("written", error)
            return
        self.crash_count, self.fault, self.blocking = new
        self.trouble = None

    def _failed(self, what, error):
        words = error.args[-1] if error.args else ""
        trouble = "nvm cannot be {} ({} {}): faults and crashes are not kept".format(
            what, type(error).__name__, words
        )
        if self.log is not None and self.trouble is None:
            self.log("store", trouble)
        self.trouble = trouble


def _checksum(body):
    return struct.pack(">I", binascii.crc32(body) & 0xFFFFFFFF)
