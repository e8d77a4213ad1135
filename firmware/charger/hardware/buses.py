# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The wires that parts share, made when first needed and kept.

A device that holds a wire down stops every transfer for a second (CircuitPython's own limit): after the first
such stall an I2C bus is left alone until the loop may stand still that long.
"""

import errno

import busio
import displayio
import supervisor
from micropython import const

from charger import ticks

_FREQUENCY = const(400_000)
_WEDGED_MS = const(1000)
# Far above any transfer of ours, far below the limit: how long it took is surer than which error a port gives.
_STALL_MS = const(200)


class I2cBus:
    """scl and sda at 400 kHz; with either None nothing ever answers."""

    def __init__(self, scl, sda, stalls):
        self._scl = scl
        self._sda = sda
        self._stalls = stalls
        self._bus = None
        self._wedged = False
        # A display outlives the program that made it, and would still hold these pins.
        displayio.release_displays()

    def usable(self):
        """False while a transfer might stall and the loop may not stand still."""
        return not self._wedged or self._stalls.allow(_WEDGED_MS)

    def open(self):
        """The bus; OSError when it cannot be made, as without pull-ups (nothing connected)."""
        if self._bus is None:
            if self._scl is None or self._sda is None:
                raise OSError(errno.ENODEV, "no pins for I2C")
            try:
                self._bus = busio.I2C(self._scl, self._sda, frequency=_FREQUENCY)
            except (RuntimeError, ValueError) as error:
                raise OSError(errno.ENODEV, str(error)) from error
        return self._bus

    def probe(self, address, answer=None):
        """Does the device acknowledge? OSError if not. About 30 us, 1 s when a wire is held down.

        `answer`: a buffer to read into, rather than to write nothing.
        """
        bus = self.open()
        if not bus.try_lock():
            raise OSError(errno.EAGAIN, "I2C is in use")
        started = supervisor.ticks_ms()
        try:
            if answer is None:
                bus.writeto(address, b"")
            else:
                bus.readfrom_into(address, answer)
        except OSError:
            self.stalled(started)
            raise
        finally:
            bus.unlock()
        self.worked()

    def worked(self):
        """A user tells that its device answers."""
        self._wedged = False

    def release(self):
        """Unlock what a user that failed may have left locked."""
        if self._bus is not None:
            self._bus.unlock()

    def stalled(self, started, limit_ms=_STALL_MS):
        """True when what began at tick `started` and is now over took so long that the bus is stuck: remembered."""
        self._wedged = ticks.diff(supervisor.ticks_ms(), started) >= limit_ms
        return self._wedged


class SpiBus:
    def __init__(self, sck, mosi, miso):
        self._pins = (sck, mosi, miso)
        self._bus = None

    def usable(self):
        """SPI has no acknowledge to wait for: it never stalls."""
        return True

    def open(self):
        """The bus; OSError when it cannot be made."""
        if self._bus is None:
            sck, mosi, miso = self._pins
            if sck is None or mosi is None or miso is None:
                raise OSError(errno.ENODEV, "no pins for SPI")
            try:
                self._bus = busio.SPI(sck, MOSI=mosi, MISO=miso)
            except (RuntimeError, ValueError) as error:
                raise OSError(errno.ENODEV, str(error)) from error
        return self._bus

    def worked(self):
        pass

    def stalled(self, started):
        return False
