# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The wires that parts share, made when first needed and kept.

A device that holds a wire down stops every transfer for a second (CircuitPython's own limit): after the first such
stall an I2C bus is left alone until the loop may stand still that long.
"""

import errno

import busio
import displayio

_FREQUENCY = 400_000
_WEDGED_MS = 1000


class I2cBus:
    """scl and sda at 400 kHz; with either None nothing ever answers. `reason` says why it could not be made."""

    def __init__(self, scl, sda, stalls):
        self._scl = scl
        self._sda = sda
        self._stalls = stalls
        self._bus = None
        self._wedged = False
        self.reason = "no pins for it"
        # A display outlives the program that made it, and would still hold these pins.
        displayio.release_displays()

    @property
    def usable(self):
        """False while a transfer might stall and the loop may not stand still."""
        return not self._wedged or self._stalls.allow(_WEDGED_MS)

    def open(self):
        """The bus; OSError when it cannot be made, as without pull-ups (nothing connected)."""
        if self._bus is None:
            if self._scl is None or self._sda is None:
                raise OSError(errno.ENODEV, self.reason)
            try:
                self._bus = busio.I2C(self._scl, self._sda, frequency=_FREQUENCY)
            except (RuntimeError, ValueError) as error:
                self.reason = str(error)
                raise OSError(errno.ENODEV, self.reason) from error
        return self._bus

    def probe(self, address):
        """Does the device acknowledge? OSError if not; about 30 us, 1 s when a wire is held down."""
        bus = self.open()
        while not bus.try_lock():
            pass
        try:
            bus.writeto(address, b"")
        except OSError as error:
            self.failed(error)
            raise
        finally:
            bus.unlock()
        self._wedged = False

    def failed(self, error):
        """A user tells what its transfer ended with."""
        self._wedged = error.errno == errno.ETIMEDOUT


class SpiBus:
    def __init__(self, sck, mosi, miso):
        self._pins = (sck, mosi, miso)
        self._bus = None

    def open(self):
        """The bus; OSError when it cannot be made."""
        if self._bus is None:
            sck, mosi, miso = self._pins
            if sck is None:
                raise OSError(errno.ENODEV, "no pins for it")
            try:
                self._bus = busio.SPI(sck, MOSI=mosi, MISO=miso)
            except (RuntimeError, ValueError) as error:
                raise OSError(errno.ENODEV, str(error)) from error
        return self._bus
