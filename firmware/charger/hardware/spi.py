# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The SPI bus of a card reader, opened when first needed and kept."""

import errno

import busio
import digitalio
from micropython import const

# The readers' limits are 5 MHz (PN532) and 10 MHz (MFRC522), the wiring's is lower.
_BAUDRATE = const(1_000_000)


class SpiBus:
    """SPI with one device. It has no acknowledge to wait for: it never blocks for long.

    `cs`: the device's chip select, high from here on. ValueError when the board uses that pin.
    """

    def __init__(self, sck, mosi, miso, cs):
        self._pins = (sck, mosi, miso, cs)
        self._bus = None
        if cs is not None:
            self._select = digitalio.DigitalInOut(cs)
            self._select.switch_to_output(value=True)

    def usable(self, now):
        return True

    def open(self):
        """The bus, locked, with the device selected; `release` ends that. OSError when it cannot be made."""
        if self._bus is None:
            if None in self._pins:
                raise OSError(errno.ENODEV, "an SPI pin is missing")
            sck, mosi, miso, _ = self._pins
            try:
                self._bus = busio.SPI(sck, MOSI=mosi, MISO=miso)
            except (RuntimeError, ValueError) as error:
                raise OSError(errno.ENODEV, str(error)) from error
        self._bus.try_lock()
        self._bus.configure(baudrate=_BAUDRATE)
        self._select.value = False
        return self._bus

    def release(self):
        self._select.value = True
        self._bus.unlock()

    def stalled(self, started):
        return False
