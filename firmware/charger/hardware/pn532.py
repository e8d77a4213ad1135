# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads cards with a PN532 and never waits: one of send, acknowledge and read in a pass.

The chip searches by itself until a card comes, so an idle pass is at most one status read. adafruit_pn532 is not used:
of its 9 KB only the framing (NXP UM0701-02, 6.2.1) would be, and its calls wait.
"""

import binascii

from micropython import const

from charger import ticks
from charger.hardware.reader import Reader

_ACK = b"\x00\x00\xff\x00\xff\x00"
# Whole frames: preamble, length and its checksum, direction, command, parameters, checksum, postamble.
# Normal mode, no virtual card, interrupt pin in use.
_SAM_CONFIGURATION = b"\x00\x00\xff\x05\xfb\xd4\x14\x01\x00\x01\x16\x00"
# One card of ISO 14443 type A at 106 kbit/s.
_LIST_PASSIVE_TARGET = b"\x00\x00\xff\x04\xfc\xd4\x4a\x01\x00\xe1\x00"
_COMMAND_AT = const(6)
_FROM_CHIP = const(0xD5)
# Behind direction and command: count, number, SENS_RES, SEL_RES, length, UID; behind it a smart card's ATS of up to 20.
_LENGTH_AT = const(7)
# A status byte, then the longest frame.
_LONGEST = 1 + 5 + _LENGTH_AT + 1 + 10 + 20 + 2
_UID_LENGTHS = (4, 7, 10)

_PATIENCE_MS = const(100)
_LOOK_AGAIN_MS = const(100)
# Without an interrupt line it is asked this often whether there is a card: the fewer transfers, the fewer meet a wire
# that goes down.
_POLL_MS = const(20)
# A chip that lost its power has forgotten to search and does not report it: configured anew this often.
_RENEW_MS = const(5000)

_REST, _SENT, _WORKING = range(3)


class Pn532(Reader):
    """`chip` is the PN532 behind its bus, see pn532_i2c and pn532_spi: ready() -> bool, send(frame), read(buffer), whose
    first byte is not the frame's. `irq`: an input on the chip's interrupt line, or None; with it an idle pass sends
    nothing at all.
    """

    def __init__(self, chip, bus, irq, log):
        super().__init__(bus, log)
        self._chip = chip
        self._irq = irq
        self._frame = bytearray(_LONGEST)
        self._set_up(0)

    def _set_up(self, now):
        self._begin(_SAM_CONFIGURATION, now)

    def _advance(self, now):
        chip = self._chip
        if self._phase == _REST:
            if ticks.reached(now, self._since):
                chip.send(self._command)
                self._since = now
                self._phase = _SENT
        elif self._irq is not None and self._irq.value:
            # The line is low while a frame waits.
            self._wait(now)
        elif self._searching and self._irq is None and not ticks.reached(now, self._poll_at):
            pass
        elif chip.ready():
            chip.read(self._frame)
            return self._take(now)
        else:
            self._poll_at = ticks.add(now, _POLL_MS)
            self._wait(now)
        return None

    @property
    def _searching(self):
        return self._phase == _WORKING and self._command is _LIST_PASSIVE_TARGET

    def _take(self, now):
        """What was read: the acknowledge, or an answer."""
        frame = self._frame
        if self._phase == _SENT:
            for at in range(len(_ACK)):
                if frame[at + 1] != _ACK[at]:
                    raise RuntimeError
            self._since = now
            self._phase = _WORKING
            return None
        start = _data(frame, self._command[_COMMAND_AT] + 1)
        self._work()
        if self._command is _SAM_CONFIGURATION:
            self._begin(_LIST_PASSIVE_TARGET, now)
            return None
        # Not at once: a card that stays would keep the bus busy.
        self._begin(_LIST_PASSIVE_TARGET, ticks.add(now, _LOOK_AGAIN_MS))
        uid = _uid(frame, start)
        return None if uid is None else self._presence.see(now, uid)

    def _wait(self, now):
        waited = ticks.diff(now, self._since)
        if self._searching:
            if waited >= _RENEW_MS:
                self._begin(_SAM_CONFIGURATION, now)
        elif waited >= _PATIENCE_MS:
            self._strike(now, "does not answer")

    def _begin(self, command, at):
        self._command = command
        self._phase = _REST
        self._since = self._poll_at = at


def _data(frame, command):
    """The index of direction and command in the frame. RuntimeError when it is not a whole answer to that command,
    IndexError when it is longer than any."""
    at = 1
    while frame[at] == 0:
        at += 1
    length = frame[at + 1]
    total = 0
    for each in range(at + 3, at + 4 + length):
        total += frame[each]
    if (
        frame[at] != 0xFF
        or (length + frame[at + 2]) & 0xFF
        or total & 0xFF
        or frame[at + 3] != _FROM_CHIP
        or frame[at + 4] != command
    ):
        raise RuntimeError
    return at + 3


def _uid(frame, start):
    """Upper-case hex, or None when the answer is not exactly one card with a UID of 4, 7 or 10 bytes."""
    length = frame[start + _LENGTH_AT]
    end = start + _LENGTH_AT + 1 + length
    if frame[start + 2] != 1 or length not in _UID_LENGTHS or end > start + frame[start - 2]:
        return None
    return str(binascii.hexlify(frame[start + _LENGTH_AT + 1 : end]), "ascii").upper()
