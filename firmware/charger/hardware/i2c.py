# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The I2C bus that display and reader share, opened when first needed and kept.

While something holds SDA or SCL low, a transfer blocks until CircuitPython's own limit, 1 s on RP2 and 2 s on ESP32. After
that the bus is not used while the relay is closed, and for half a minute in any case.
"""

import errno

import busio
import displayio
import supervisor
from micropython import const

from charger import ticks

_FREQUENCY = const(400_000)
# For how long bitbangio waits for a clock that a device stretches: a PN532 may take some ms.
_STRETCH_US = const(10_000)
# Far above any transfer of ours, far below the limit. The time is more reliable than the error, which differs between ports.
_STALL_MS = const(200)
_RETRY_MS = const(30_000)


class I2cBus:
    """scl and sda at 400 kHz; with either None nothing ever answers.

    `limit_ms`: how long a held wire blocks one transfer. `probes`: whether busio.I2C.probe gives up sooner than that
    (10 ms on ESP32). `alone`: no display is on it, which only busio can serve; bitbangio never blocks for long.
    """

    # Why it is not usable.
    reason = "SDA or SCL is held low, I2C not used"

    def __init__(self, scl, sda, stalls, limit_ms, probes, alone):
        self._scl = scl
        self._sda = sda
        self._stalls = stalls
        self._limit_ms = limit_ms
        self._probes = probes
        self._alone = alone
        self._bus = None
        self._retry = None
        self._byte = bytearray(1)
        # A display outlives the program that made it, and would still hold these pins.
        displayio.release_displays()

    def usable(self, now):
        """False while a wire may still be held. After a failure only an open relay lets it be tried again."""
        return self._retry is None or (
            ticks.reached(now, self._retry) and self._stalls.idle and self._stalls.allow(self._limit_ms)
        )

    def open(self):
        """The bus; OSError when it cannot be made, as without pull-ups (nothing connected)."""
        if self._bus is None:
            if self._scl is None or self._sda is None:
                raise OSError(errno.ENODEV, "an I2C pin is missing")
            try:
                if self._alone:
                    import bitbangio

                    self._bus = bitbangio.I2C(self._scl, self._sda, frequency=_FREQUENCY, timeout=_STRETCH_US)
                else:
                    self._bus = busio.I2C(self._scl, self._sda, frequency=_FREQUENCY)
                    # 9.1 has none.
                    self._probes = self._probes and hasattr(self._bus, "probe")
            except (RuntimeError, ValueError) as error:
                raise OSError(errno.ENODEV, str(error)) from error
        return self._bus

    def ask(self, address, into=None):
        """Read `into` a buffer, or one byte: proof that the device is there and the wires are free. Its first byte.

        OSError or MemoryError (ESP32) when it fails.
        """
        bus = self._bus or self.open()
        if into is None:
            into = self._byte
        if not bus.try_lock():
            raise OSError(errno.EAGAIN, "I2C is in use")
        try:
            if self._probes and not bus.probe(address):
                raise OSError(errno.ENODEV, "does not answer")
            bus.readfrom_into(address, into)
        finally:
            bus.unlock()
        self._retry = None
        return into[0]

    def send(self, address, data):
        """Write `data` to a device that answers, asked just before."""
        self.ask(address)
        bus = self._bus
        if not bus.try_lock():
            raise OSError(errno.EAGAIN, "I2C is in use")
        try:
            bus.writeto(address, data)
        finally:
            bus.unlock()

    def release(self):
        """Unlock what a user that failed may have left locked."""
        if self._bus is not None:
            self._bus.unlock()

    def stalled(self, started, limit_ms=_STALL_MS):
        """Whether the call that began at tick `started` met a held wire, by how long it took."""
        now = supervisor.ticks_ms()
        if ticks.diff(now, started) < limit_ms:
            return False
        self._retry = ticks.add(now, _RETRY_MS)
        return True
