# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A PN532 on I2C, address 0x24."""

from micropython import const

from charger.hardware.pn532 import Pn532

_ADDRESS = const(0x24)
_READY = const(1)


def make(bus, irq, log):
    return Pn532(_Chip(bus), bus, irq, log)


class _Chip:
    """Everything that is read from it begins with the status byte."""

    def __init__(self, bus):
        self._bus = bus

    def ready(self):
        return self._bus.ask(_ADDRESS) == _READY

    def send(self, frame):
        self._bus.send(_ADDRESS, frame)

    def read(self, frame):
        self._bus.ask(_ADDRESS, frame)
