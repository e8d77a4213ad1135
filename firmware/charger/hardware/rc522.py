# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads cards with an MFRC522 (RC522 module) on SPI and never waits: a request in one pass, its answer in a later one.

The chip sends a request by itself and stops its timer when a card answers (NXP MFRC522, 8.5 and 10.3). The requests are
those of ISO/IEC 14443-3. While two cards are in the field it reads neither: it does not choose whose account is charged.
"""

import binascii
import errno

from micropython import const

from charger import ticks
from charger.hardware.reader import Reader

# Registers: the first byte of a write, which is the address shifted left by one.
_COMMAND = const(0x02)
_COM_IRQ = const(0x08)
_ERROR = const(0x0C)
_FIFO_DATA = const(0x12)
_FIFO_LEVEL = const(0x14)
_CONTROL = const(0x18)
_BIT_FRAMING = const(0x1A)
_VERSION = const(0x6E)
_READ = const(0x80)

_IDLE = const(0x00)
_TRANSCEIVE = const(0x0C)
_SOFT_RESET = const(0x0F)
_FLUSH = const(0x80)
_START = const(0x80)
# Of ComIrqReg: all of them, to clear; the highest bit always reads 0. An answer or an error; the timer.
_ALL_IRQS = const(0x7F)
_NEVER = const(0x80)
_ANSWERED = const(0x22)
_TIMED_OUT = const(0x01)
# Of ErrorReg: overflow, collision, parity, protocol. Of ControlReg: bits of a last byte that is not whole.
_BAD = const(0x1B)
_COLLISION = const(0x08)
_BITS = const(0x07)
# (register, value): the timer starts behind each request and runs 600 times 25 us; full modulation; both antenna drivers.
_SETTINGS = b"\x54\x80\x56\xa9\x58\x02\x5a\x57\x2a\x40\x28\x83"
# The five bytes of an answer, read from the FIFO.
_FETCH = b"\x92\x92\x92\x92\x92\x00"

# Requests. Each level of a UID has its own SELECT: 0x93, 0x95, 0x97.
_WAKE = const(0x52)
_WAKE_BITS = const(7)
_HALT = const(0x50)
_SELECT = const(0x93)
_LAST_SELECT = const(0x97)
_ALL_BITS = const(0x70)
_NO_BITS = const(0x20)
# Both mark a level with another one behind it: its first byte, and a bit in the answer to SELECT.
_CASCADE_TAG = const(0x88)
_CASCADE = const(0x04)

# A reset takes some ms, and so does a card in a new field.
_START_MS = const(20)
_PATIENCE_MS = const(100)
_LOOK_MS = const(50)
_LOOK_AGAIN_MS = const(100)
# A chip that lost a setting (a discharge, heat) may only report that no card answers: set up anew this often.
_RENEW_MS = const(5000)

# What is under way: a reset, a pause, or which request waits for its answer.
_RESET, _REST, _WAKING, _NAMING, _SELECTING = range(5)


def make(bus, irq, log):
    return Rc522(bus, log)


class Rc522(Reader):
    def __init__(self, bus, log):
        super().__init__(bus, log)
        self._out = bytearray(2)
        self._in = bytearray(2)
        # Behind the address of the FIFO a request; the longest is SELECT, how many bits follow, UID, its checksum, CRC.
        self._frame = bytearray(10)
        self._frame[0] = _FIFO_DATA
        self._answer = bytearray(6)
        self._uid = b""
        self._set_up(0)

    def _set_up(self, now):
        self._phase = _RESET
        # Nothing was sent yet.
        self._since = None
        self._renew_at = ticks.add(now, _RENEW_MS)

    def _advance(self, now):
        if self._phase == _RESET:
            self._reset(now)
        elif self._phase == _REST:
            if ticks.reached(now, self._renew_at):
                self._set_up(now)
            elif ticks.reached(now, self._since):
                self._frame[1] = _WAKE
                self._ask(now, _WAKING, 1, _WAKE_BITS)
        else:
            irq = self._read(_COM_IRQ)
            if irq & _NEVER:
                raise OSError(errno.ENODEV, "does not answer")
            if irq & _ANSWERED:
                self._work()
                return self._take(now)
            if irq & _TIMED_OUT:
                self._work()
                self._rest(now, _LOOK_MS)
            elif ticks.diff(now, self._since) >= _PATIENCE_MS:
                # It has forgotten its settings, or is not there.
                self._strike(now, "does not answer")
        return None

    def _reset(self, now):
        if self._since is None:
            if self._read(_VERSION) in (0x00, 0xFF):
                raise OSError(errno.ENODEV, "does not answer")
            self._write(_COMMAND, _SOFT_RESET)
            self._since = ticks.add(now, _START_MS)
        elif ticks.reached(now, self._since):
            for at in range(0, len(_SETTINGS), 2):
                self._write(_SETTINGS[at], _SETTINGS[at + 1])
            self._rest(now, _START_MS)

    def _rest(self, now, ms):
        self._phase = _REST
        self._since = ticks.add(now, ms)

    def _ask(self, now, phase, count, bits=0):
        """Send the first `count` bytes of the frame; `bits`: how many of the last one, 0 is all."""
        self._write(_COMMAND, _IDLE)
        self._write(_COM_IRQ, _ALL_IRQS)
        self._write(_FIFO_LEVEL, _FLUSH)
        spi = self._bus.open()
        try:
            spi.write(self._frame, end=count + 1)
        finally:
            self._bus.release()
        # The start bit of the request before may still be set: TRANSCEIVE would then send at once, with the old bits.
        self._write(_BIT_FRAMING, bits)
        self._write(_COMMAND, _TRANSCEIVE)
        self._write(_BIT_FRAMING, _START | bits)
        self._phase = phase
        self._since = now

    def _take(self, now):
        """A card has answered, or several have."""
        count = self._read(_FIFO_LEVEL)
        error = self._read(_ERROR)
        if error & _BAD or self._read(_CONTROL) & _BITS:
            count = 0
        answer, frame = self._answer, self._frame
        spi = self._bus.open()
        try:
            spi.write_readinto(_FETCH, answer)
        finally:
            self._bus.release()
        if self._phase == _WAKING and (count == 2 or error & _COLLISION):
            # Perhaps the card of before, even if it cannot be read this time.
            self._presence.see(now, None)
        if self._phase == _WAKING and count == 2:
            self._uid = b""
            frame[1] = _SELECT
            self._name(now)
        elif (
            self._phase == _NAMING
            and count == 5
            and not answer[1] ^ answer[2] ^ answer[3] ^ answer[4] ^ answer[5]
        ):
            frame[2] = _ALL_BITS
            frame[3:8] = answer[1:6]
            _put_crc(frame, 8)
            self._ask(now, _SELECTING, 9)
        elif self._phase == _SELECTING and count == 3:
            return self._selected(now, answer)
        else:
            self._rest(now, _LOOK_MS)
        return None

    def _name(self, now):
        """Ask for four bytes of the UID and their checksum, at the level of frame[1]."""
        self._frame[2] = _NO_BITS
        self._ask(now, _NAMING, 2)

    def _selected(self, now, answer):
        """The card has answered to these four bytes: the UID, or one more level of it."""
        frame = self._frame
        check = bytearray(answer)
        _put_crc(check, 2)
        more = bool(answer[1] & _CASCADE)
        if check != answer or more != (frame[3] == _CASCADE_TAG and frame[1] != _LAST_SELECT):
            self._rest(now, _LOOK_MS)
            return None
        self._uid += bytes(frame[4:7] if more else frame[3:7])
        if more:
            frame[1] += 2
            self._name(now)
            return None
        # It answers again only to the next wake-up.
        frame[1] = _HALT
        frame[2] = 0
        _put_crc(frame, 3)
        self._ask(now, _REST, 4)
        self._rest(now, _LOOK_AGAIN_MS)
        return self._presence.see(now, str(binascii.hexlify(self._uid), "ascii").upper())

    def _read(self, register):
        """Registers are read through `_in`, a byte late."""
        self._out[0] = _READ | register
        self._out[1] = 0
        spi = self._bus.open()
        try:
            spi.write_readinto(self._out, self._in)
        finally:
            self._bus.release()
        return self._in[1]

    def _write(self, register, value):
        self._out[0] = register
        self._out[1] = value
        spi = self._bus.open()
        try:
            spi.write(self._out)
        finally:
            self._bus.release()


def _put_crc(buffer, end):
    """CRC_A of the buffer's bytes from 1 to `end`, written behind them."""
    crc = 0x6363
    for at in range(1, end):
        byte = (buffer[at] ^ crc) & 0xFF
        byte = (byte ^ byte << 4) & 0xFF
        crc = crc >> 8 ^ byte << 8 ^ byte << 3 ^ byte >> 4
    buffer[end] = crc & 0xFF
    buffer[end + 1] = crc >> 8
