# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A PN532 on I2C, address 0x24."""

from adafruit_bus_device.i2c_device import I2CDevice
from adafruit_pn532.i2c import PN532_I2C
from micropython import const

from charger.hardware.pn532 import Reader

_ADDRESS = const(0x24)
_READY = const(1)


def make(bus, irq, log):
    return Reader(_Chip, bus, irq, log)


class _Chip(PN532_I2C):
    def __init__(self, i2c):
        # Instead of the library's, which waits up to a second for each of two answers.
        self.debug = False
        self._i2c = I2CDevice(i2c, _ADDRESS, probe=False)
        self._status = bytearray(1)

    def ready(self):
        with self._i2c as i2c:
            i2c.readinto(self._status)
        return self._status[0] == _READY

    def _wait_ready(self, timeout=0):
        return self.ready()
