# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The wires of a bus and what hangs on them, for `busio` on the one side and the peripherals on the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chargerctl.simulator.machine.pins import Pin


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
    """`held`: the wire, "sda" or "scl", that something holds down, so that nothing gets through until it lets go.

    `stretch_us`: how much longer each transfer takes because a device holds the clock. `out_of_memory`: the chip's
    driver finds no memory for a transfer (ESP32). `taken` is called when a wire is pulled low, `began` when a transfer
    begins, with the time that it will take, `stuck` when one has met a held wire, with the time until its limit.
    """

    def __init__(self) -> None:
        self.devices: dict[int, I2CDevice] = {}
        # How often a wire was pulled low: a transfer notices one that was held only for a moment.
        self.holds = 0
        self._held: str | None = None
        self.stretch_us = 0
        self.out_of_memory = False
        self.began: Callable[[int], object] = lambda us: None
        self.stuck: Callable[[int], object] = lambda us: None
        self.taken: Callable[[], object] = lambda: None

    @property
    def held(self) -> str | None:
        return self._held

    @held.setter
    def held(self, wire: str | None) -> None:
        self._held = wire
        if wire is not None:
            self.holds += 1
            self.taken()

    def acknowledges(self, address: int) -> bool:
        device = self.devices.get(address)
        if device is None:
            return False
        try:
            device.write(b"")
        except OSError:
            return False
        return True

    def attach(self, device: I2CDevice) -> None:
        if device.address in self.devices:
            raise ValueError(f"two devices at address 0x{device.address:02X} of one bus")
        self.devices[device.address] = device


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
