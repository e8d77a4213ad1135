# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The log for a person at the serial port, and the questions that one may type there (maintenance.py).

Lines wait in a ring buffer; a port that is not read never blocks the program.
"""

import sys
import time

import supervisor
from micropython import const

from charger import ticks
from charger.visit import LOAD_MS, visit

try:
    import usb_cdc
except ImportError:
    # A board without USB, such as the ESP32-C6.
    usb_cdc = None

_RING = const(2048)
_LINE = const(200)
# In a pass: what the serial port takes at once, 1.3 ms at 10 us a byte.
_CHUNK = const(128)
# Without usb_cdc a write to a port that is not read blocks: after the first time nothing is written for a while.
_STALL_MS = const(200)
_SLOW_MS = const(50)
_QUIET_MS = const(30000)
# Of a line that is typed; longer than any question, so that none is the beginning of something else.
_TYPED = const(8)


class Console:
    """`stalls` may be given later: until then a write may block. `charger`, a Charger, is who a question is about."""

    def __init__(self, stalls=None):
        self.stalls = stalls
        self._ring = bytearray(_RING)
        self._view = memoryview(self._ring)
        self._start = 0
        self._used = 0
        self._dropped = 0
        self._quiet_until = None
        self.charger = None
        self._key = bytearray(1)
        self._typed = ""
        self._asked = None
        self._port = None if usb_cdc is None else usb_cdc.console
        # print() makes its own carriage returns.
        self._end = b"\n"
        if self._port is not None:
            self._port.write_timeout = 0
            self._end = b"\r\n"

    def log(self, tag, text):
        """One line for one event: `[  12.345] ocpp   text`. Seconds count from the board's start."""
        try:
            if self._dropped and self._put(_line("console", "%d lines dropped" % self._dropped)):
                self._dropped = 0
            if self._dropped or not self._put(_line(tag, text)):
                self._dropped += 1
        except MemoryError:
            self._dropped += 1

    def step(self, now):
        """Send what the port takes at once; read one key, and answer the question that a line of them is."""
        if supervisor.runtime.serial_bytes_available:
            self._read()
        if self._asked is not None and self.stalls.allow(LOAD_MS):
            asked = self._asked
            self._asked = None
            visit("hardware.answering").answer(self, asked, now)
        if self._used == 0:
            return
        if self._port is not None:
            self._used_up(self._port.write(self._chunk()) or 0)
        elif self._may_print(now):
            chunk = self._chunk()
            started = supervisor.ticks_ms()
            sys.stdout.write(str(chunk, "utf-8"))
            self._used_up(len(chunk))
            if ticks.diff(supervisor.ticks_ms(), started) >= _SLOW_MS:
                self._quiet_until = ticks.add(started, _QUIET_MS)

    def last(self):
        """The last lines, also those that have been sent: two pieces of the ring, the older one first. It begins
        in the middle of a line, or with zeros."""
        end = (self._start + self._used) % _RING
        return self._view[end:], self._view[:end]

    def _read(self):
        key = self._key
        # Not read(1): that waits for the rest of a character of several bytes.
        sys.stdin.readinto(key)
        # Who types reads, too; the keys before a question make room for its answer.
        self._quiet_until = None
        if key[0] != 10:
            if len(self._typed) < _TYPED:
                self._typed += chr(key[0])
        else:
            if self._typed[:1] == "?":
                self._asked = self._typed
            self._typed = ""

    def _may_print(self, now):
        if self._quiet_until is not None:
            if not ticks.reached(now, self._quiet_until):
                return False
            self._quiet_until = None
        return self.stalls is None or self.stalls.allow(_STALL_MS)

    def _chunk(self):
        length = min(self._used, _CHUNK, _RING - self._start)
        return self._view[self._start : self._start + length]

    def _used_up(self, length):
        self._start = (self._start + length) % _RING
        self._used -= length

    def _put(self, line):
        """False when there is no room for all of it."""
        length = len(line) + len(self._end)
        if length > _RING - self._used:
            return False
        for part in (line, self._end):
            at = (self._start + self._used) % _RING
            first = min(len(part), _RING - at)
            self._ring[at : at + first] = part[:first]
            self._ring[: len(part) - first] = part[first:]
            self._used += len(part)
        return True


def _line(tag, text):
    ms = time.monotonic_ns() // 1_000_000
    line = bytearray("[%4d.%03d] %-6s %s" % (ms // 1000, ms % 1000, tag, text[:_LINE]), "utf-8")
    for at in range(len(line)):
        # What came over the network must not steer a terminal.
        if not 32 <= line[at] < 127:
            line[at] = 63
    return line
