# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's own 64 bytes at the start of nvm; what follows them is the journal's. Nothing here raises: an nvm that
fails is logged, and the charger continues with what it has in memory.

Eight slots of 8 bytes, of which the last valid one counts: mark, crash count, latched fault (its place in FAULTS), flags (1
while a blocking call is in progress, 2 while a stop may be missing in the journal), CRC-32 (big endian) of these. Each write
takes the next slot, which is blank: only when none is left the flash of an RP2 is erased, where the journal is in the same
sector. The journal's rewritings make slots blank again. With no slot left, and a journal that owes something, only a latched
fault is worth an erasure: the rest stays in RAM until then. What is written before the journal is read, the crash count of a
start, cannot wait.
"""

import binascii
import struct

import microcontroller

SIZE = 64
_SLOT = 8
_MARK = 0xC5
# Until the journal came: one record in all of it.
_FIRST_LAYOUT = b"CHG\x01"

# The faults that outlast a reset. Those of a pin are found again at every start.
FAULTS = (None, "EmergencyStop", "InternalError", "PowerSwitchFailure")
# What nvm raises: espidf.IDFError is an OSError, espidf.MemoryError a MemoryError, for the 8 KB that each access takes.
_ERRORS = (OSError, RuntimeError, MemoryError)


class Store:
    """Read once, when made: on an ESP32 every read takes 8 KB of heap. Blank or damaged is all zero.

    `crash_count`: 0 to 255; `fault`: the latched fault, one of FAULTS; `blocking`: whether a blocking call was in progress
    when it ended; `failing`: whether a stop may be missing in the journal. All outlast resets and power cuts. `trouble`: why
    nvm could not be read or written the last time, or None. `journal`: the one in the same flash, or None. When it cannot
    be read, `fault` is "NvmFailure": there may have been one.
    """

    def __init__(self):
        self.log = self.journal = None
        self.crash_count = 0
        self.fault = self.trouble = None
        self.blocking = self.failing = False
        self._blank = False
        self._next = 0
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
        self._next = 0
        for at in range(0, SIZE, _SLOT):
            slot = header[at : at + _SLOT]
            if slot != b"\xff" * _SLOT:
                self._next = at + _SLOT
            if slot[0] == _MARK and slot[4:] == _checksum(slot[:4]):
                self._take(slot[1:4])
        if header[:4] == _FIRST_LAYOUT and header[60:] == _checksum(header[:60]):
            self._take(header[4:7])

    def _take(self, values):
        self.crash_count, place, flags = values
        # A later version's latch is a latch here, too.
        self.fault = FAULTS[place] if place < len(FAULTS) else FAULTS[2]
        self.blocking = flags & 1 > 0
        self.failing = flags & 2 > 0

    def first(self):
        """Whether this is the board's first start: nvm is blank. It is not blank from then on."""
        if self._blank:
            self._write((self.crash_count, self.fault, self.blocking, self.failing))
        return self._blank and self.trouble is None

    def block(self):
        """Record that a blocking call without a limit begins: a watchdog reset before `unblock` is not a crash.

        Written only when a crash is being counted: so the first such reset counts, and none after it. A charger that
        works, and joins its network a hundred times a day, does not wear its flash.
        """
        if self.crash_count:
            self._save(self.crash_count, self.fault, True, self.failing)

    def unblock(self):
        self._save(self.crash_count, self.fault, False, self.failing)

    def save(self, crash_count, fault, failing=None):
        """`failing` None: as it is. Blocks for about 40 ms, unless nothing changed. A fault that is not in FAULTS is not
        kept, nor the text behind a colon. With NvmFailure, what nvm holds is not known: it is not overwritten, but read
        again."""
        if fault == "NvmFailure":
            self._read()
        else:
            fault = fault and fault.split(":")[0]
            failing = self.failing if failing is None else failing
            self._save(crash_count, fault if fault in FAULTS else None, False, failing)

    def _save(self, *new):
        if new != (self.crash_count, self.fault, self.blocking, self.failing):
            self._write(new)

    def _write(self, new):
        fault = new[1]
        slot = _slot(*new)
        at = self._next
        journal = self.journal
        try:
            if at < SIZE:
                microcontroller.nvm[at : at + _SLOT] = slot
            elif journal is not None and fault == self.fault and (len(journal) or journal.running):
                # With the next slot, or the next rewriting.
                at -= _SLOT
            else:
                # In one piece: each of these writes erases the whole of it first.
                at = 0
                microcontroller.nvm[0:SIZE] = slot + b"\xff" * (SIZE - _SLOT)
        except _ERRORS as error:
            self._failed("written", error)
            return
        self._next = at + _SLOT
        self.crash_count, self.fault = new[:2]
        self.blocking, self.failing = new[2:]
        self.trouble = None

    def renewed(self):
        """The 64 bytes with all slots blank but one; `renew` when they are written."""
        return _slot(self.crash_count, self.fault, self.blocking, self.failing) + b"\xff" * (SIZE - _SLOT)

    def renew(self):
        self._next = _SLOT

    def _failed(self, what, error):
        words = error.args[-1] if error.args else ""
        trouble = "nvm cannot be {} ({} {}): faults and crashes are not kept".format(
            what, type(error).__name__, words
        )
        if self.log is not None and self.trouble is None:
            self.log("store", trouble)
        self.trouble = trouble


def _slot(crash_count, fault, blocking, failing):
    body = bytes((_MARK, min(crash_count, 255), FAULTS.index(fault), blocking | failing << 1))
    return body + _checksum(body)


def _checksum(body):
    return struct.pack(">I", binascii.crc32(body) & 0xFFFFFFFF)
