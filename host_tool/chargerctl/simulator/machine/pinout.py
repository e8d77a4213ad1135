# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which pin each part of the charger is on: by the settings, else by the board's profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from chargerctl.firmware_files import firmware_module
from chargerctl.simulator.machine.pins import Pin

if TYPE_CHECKING:
    from chargerctl.settings.values import Values
    from chargerctl.simulator.machine.board import VirtualBoard
    from chargerctl.simulator.machine.buses import I2CBus, SPIBus
    from chargerctl.simulator.machine.operations import Operations


class Pinout:
    """`values` are checked settings ("hardware.relay_pin" -> ...), of which bad ones may be None."""

    def __init__(self, board: VirtualBoard, values: Values) -> None:
        self._board = board
        self._values = values
        profile_of = firmware_module("charger.hardware.profiles").profile
        self._profile: dict[str, str] = profile_of(values["hardware.board"]) or profile_of(
            board.profile.board_id
        )

    def pin(self, key: str) -> Pin | None:
        """None where there is none, or none of that name, which the firmware reports."""
        name = self._values.get(f"hardware.{key}") or self._profile.get(key, "none")
        return self._board.pins.get(name)

    def setting(self, key: str) -> Any:
        """The value of [hardware] `key`."""
        return self._values[f"hardware.{key}"]

    def option(self, name: str) -> Any:
        """The value of a setting by its whole name, such as "storage.kind"; None where it is not set."""
        return self._values.get(name)

    @property
    def operations(self) -> Operations:
        """How the board's memories are changed, for a memory beside the chip."""
        return self._board.operations

    def receive_pulses(self, pin: Pin, receive: Callable[[Iterable[int]], object]) -> None:
        """Have `receive` called with the high pulses that neopixel_write sends on the pin, in nanoseconds."""
        self._board.parts.setdefault("neopixel_write", {})[pin.gpio] = receive

    def i2c(self) -> I2CBus:
        return self._board.i2c_bus(self._profile["scl"], self._profile["sda"])

    def spi(self) -> SPIBus:
        return self._board.spi_bus(self._profile["sck"], self._profile["mosi"], self._profile["miso"])
