# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A PN532 on SPI with its own chip select. It wants the lowest bit first, and the bus sends the highest first."""

import errno

from micropython import const

from charger.hardware.pn532 import Pn532

# What comes next, lowest bit first: a frame (1), the status (2), an answer (3).
_FRAME = const(0x80)
_STATUS = b"\x40\x00"
_ANSWER = b"\xc0"
_READY = const(0x80)
# What an open line reads, by its pull-up.
_OPEN = const(0xFF)
_TURNED = b"\x00\x08\x04\x0c\x02\x0a\x06\x0e\x01\x09\x05\x0d\x03\x0b\x07\x0f"


def make(bus, irq, log):
    return Pn532(_Chip(bus), bus, irq, log)


class _Chip:
    def __init__(self, bus):
        self._bus = bus
        self._status = bytearray(2)

    def ready(self):
        spi = self._bus.open()
        try:
            spi.write_readinto(_STATUS, self._status)
        finally:
            self._bus.release()
        if self._status[1] == _OPEN:
            raise OSError(errno.ENODEV, "does not answer")
        return self._status[1] == _READY

    def send(self, frame):
        self.ready()
        out = bytearray(len(frame) + 1)
        out[0] = _FRAME
        for at in range(len(frame)):
            out[at + 1] = _turned(frame[at])
        spi = self._bus.open()
        try:
            spi.write(out)
        finally:
            self._bus.release()

    def read(self, frame):
        spi = self._bus.open()
        try:
            spi.write(_ANSWER)
            spi.readinto(frame, start=1)
        finally:
            self._bus.release()
        for at in range(1, len(frame)):
            frame[at] = _turned(frame[at])


def _turned(byte):
    return _TURNED[byte & 15] << 4 | _TURNED[byte >> 4]
