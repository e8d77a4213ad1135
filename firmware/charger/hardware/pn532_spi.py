# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A PN532 on SPI with its own chip select."""

import errno

import digitalio
from adafruit_bus_device.spi_device import SPIDevice
from adafruit_pn532.spi import PN532_SPI, reverse_bit
from micropython import const

from charger.hardware.pn532 import Reader

_BAUDRATE = const(1_000_000)  # the chip's limit is 5 MHz, the wiring's is lower
_STATUS_READ = const(2)
_READY = const(1)
_NOBODY = const(0xFF)  # what a line that nobody drives reads, with its pull-up


def make(bus, cs, irq, log):
    """`cs`: the pin of the chip select, without one the reader is lost. ValueError when the board holds it."""
    select = None
    if cs is not None:
        select = digitalio.DigitalInOut(cs)
        select.switch_to_output(value=True)

    def chip(spi):
        if select is None:
            raise OSError(errno.ENODEV, "no pin for its chip select")
        return _Chip(spi, select)

    return Reader(chip, bus, irq, log)


class _Chip(PN532_SPI):
    def __init__(self, spi, select):
        # Instead of the library's, which waits up to a second for each of two answers.
        self.debug = False
        self._spi = SPIDevice(spi, select, baudrate=_BAUDRATE)
        # Sent lowest bit first, on a bus that knows only highest bit first.
        self._ask = bytes((reverse_bit(_STATUS_READ), 0))
        self._status = bytearray(2)
        self._ready = reverse_bit(_READY)

    def ready(self):
        with self._spi as spi:
            spi.write_readinto(self._ask, self._status)
        if self._status[1] == _NOBODY:
            raise OSError(errno.ENODEV, "does not answer")
        return self._status[1] == self._ready

    def _wait_ready(self, timeout=0):
        return self.ready()
