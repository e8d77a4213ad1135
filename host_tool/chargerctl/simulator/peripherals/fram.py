# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An MB85RC256V: 32 KB of ferroelectric memory on I2C, without erasing and without waiting. Each byte is kept as soon as
it is acknowledged, so a power cut inside a burst leaves the bytes before it.
"""

from __future__ import annotations

from chargerctl.simulator.machine.errors import os_error
from chargerctl.simulator.machine.operations import Operations
from chargerctl.simulator.peripherals.part import Part

SIZE = 0x8000
_DEFAULT_ADDRESS = 0x50
# F8h as a byte on the wire: where each chip answers for what it is, after its own address.
_ID_ADDRESS = 0x7C
# Fujitsu, and the product.
_ID = bytes.fromhex("00A510")


class Fram:
    """The chip on the bus. Each write with data is one operation, "fram write"; the bus has let its time pass before."""

    def __init__(self, operations: Operations, address: int = _DEFAULT_ADDRESS) -> None:
        self.address = address
        self.data = bytearray(SIZE)
        self.powered = True
        self._operations = operations
        self._place = 0

    def write(self, data: bytes) -> None:
        """Two bytes of address, then what goes there; past the end it goes on at the beginning."""
        if not self.powered:
            raise os_error("ENODEV")
        if len(data) < 2:
            return
        start, content = int.from_bytes(data[:2], "big") % SIZE, data[2:]
        self._place = (start + len(content)) % SIZE
        if not content:
            return

        def put(count: int) -> None:
            for at in range(count):
                self.data[(start + at) % SIZE] = content[at]

        begun = self._operations.chance.randrange(len(content))
        self._operations.carry_out("fram write", 0, lambda: put(len(content)), lambda: put(begun))

    def read(self, count: int) -> bytes:
        """From where the last transfer ended."""
        if not self.powered:
            raise os_error("ENODEV")
        start, self._place = self._place, (self._place + count) % SIZE
        return bytes(self.data[(start + at) % SIZE] for at in range(count))


class _Identity:
    """The same chip at the address of the identities: who is asked is written first."""

    address = _ID_ADDRESS

    def __init__(self, chip: Fram) -> None:
        self._chip = chip
        self._asked: int | None = None

    def write(self, data: bytes) -> None:
        if not self._chip.powered:
            raise os_error("ENODEV")
        if data:
            self._asked = data[0] >> 1

    def read(self, count: int) -> bytes:
        if self._asked != self._chip.address:
            raise os_error("ENODEV")
        return (_ID * -(-count // len(_ID)))[:count]


class FramPart(Part):
    """The module, where [storage] kind = fram says that there is one. What it holds outlasts every power cut."""

    name = "fram"

    def _connect(self) -> None:
        address = self._pinout.option("storage.fram_address") or _DEFAULT_ADDRESS
        self.chip = Fram(self._pinout.operations, address)
        if self.fitted:
            bus = self._pinout.i2c()
            bus.attach(self.chip)
            bus.attach(_Identity(self.chip))

    @property
    def fitted(self) -> bool:
        return self._pinout.option("storage.kind") == "fram"

    def supply(self, powered: bool, connected: bool) -> None:
        self.chip.powered = powered and connected
