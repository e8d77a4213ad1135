# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A PN532 on SPI with its own chip select. It wants the lowest bit first, and the bus sends the highest first."""

import errno

import digitalio
from micropython import const

from charger.hardware.pn532 import Reader

_BAUDRATE = const(1_000_000)  # the chip's limit is 5 MHz, the wiring's is lower
# What comes next, lowest bit first: a frame (1), the status (2), an answer (3).
_FRAME = const(0x80)
_STATUS = b"\x40\x00"
_ANSWER = b"\xc0"
_READY = const(0x80)
_NOBODY = const(0xFF)  # what a line that nobody drives reads, with its pull-up
_TURNED = b"\x00\x08\x04\x0c\x02\x0a\x06\x0e\x01\x09\x05\x0d\x03\x0b\x07\x0f"


def make(bus, cs, irq, log):
    """`cs`: the pin of the chip select, without one the reader is lost. ValueError when the board holds it."""
    select = None
    if cs is not None:
        select = digitalio.DigitalInOut(cs)
        select.switch_to_output(value=True)
    return Reader(_Chip(bus, select), bus, irq, log)


class _Chip:
    def __init__(self, bus, select):
        self._bus = bus
        self._select = select
        self._status = bytearray(2)

    def ready(self):
        spi = self._begin()
        try:
            spi.write_readinto(_STATUS, self._status)
        finally:
            self._end(spi)
        if self._status[1] == _NOBODY:
            raise OSError(errno.ENODEV, "does not answer")
        return self._status[1] == _READY

    def send(self, frame):
        self.ready()
        out = bytearray(len(frame) + 1)
        out[0] = _FRAME
        for at in range(len(frame)):
            out[at + 1] = _turned(frame[at])
        spi = self._begin()
        try:
            spi.write(out)
        finally:
            self._end(spi)

    def read(self, frame):
        spi = self._begin()
        try:
            spi.write(_ANSWER)
            spi.readinto(frame, start=1)
        finally:
            self._end(spi)
        for at in range(1, len(frame)):
            frame[at] = _turned(frame[at])

    def _begin(self):
        if self._select is None:
            raise OSError(errno.ENODEV, "no pin for its chip select")
        spi = self._bus.open()
        spi.try_lock()
        spi.configure(baudrate=_BAUDRATE)
        self._select.value = False
        return spi

    def _end(self, spi):
        self._select.value = True
        spi.unlock()


def _turned(byte):
    return _TURNED[byte & 15] << 4 | _TURNED[byte >> 4]
