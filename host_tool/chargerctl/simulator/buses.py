# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The wires of a bus and what hangs on them, for `busio` on the one side and the peripherals on the other."""

from __future__ import annotations

from typing import Protocol

from chargerctl.simulator.pins import Pin


class I2CDevice(Protocol):
    """A chip on I2C. `write` and `read` raise OSError(errno.ENODEV, ...) for no acknowledge; they spend no time."""

    address: int

    def write(self, data: bytes) -> None: ...
    def read(self, count: int) -> bytes: ...


class SPIDevice(Protocol):
    """A chip on SPI. `transfer` gets what the board sends while selected and returns as many bytes; no time."""

    def select(self, selected: bool) -> None: ...
    def transfer(self, data: bytes) -> bytes: ...


class I2CBus:
    """`held_low`: something holds SDA or SCL, so that nothing gets through until it lets go.

    `stretch_us`: how much longer each transfer takes because a device holds the clock.
    """

    def __init__(self) -> None:
        self.devices: dict[int, I2CDevice] = {}
        self.held_low = False
        self.stretch_us = 0

    def attach(self, device: I2CDevice) -> None:
        if device.address in self.devices:
            raise ValueError(f"two devices at address 0x{device.address:02X} of one bus")
        self.devices[device.address] = device

    def detach(self, device: I2CDevice) -> None:
        del self.devices[device.address]


class SPIBus:
    """Devices by their chip-select pin; a device is selected while that pin is low."""

    def __init__(self) -> None:
        self.devices: list[tuple[Pin, SPIDevice]] = []

    def attach(self, chip_select: Pin, device: SPIDevice) -> None:
        chip_select.watch(lambda pin: device.select(not pin.level))
        self.devices.append((chip_select, device))

    def transfer(self, data: bytes) -> bytes:
        """What the selected device answers; an open MISO reads 0xFF."""
        for chip_select, device in self.devices:
            if not chip_select.level:
                return device.transfer(data)
        return b"\xff" * len(data)
