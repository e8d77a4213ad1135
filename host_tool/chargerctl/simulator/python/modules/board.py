# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""board: this board's names for its pins."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    vm = board.running
    chip = vm.import_name("microcontroller").pin
    names: dict[str, Any] = {name: getattr(chip, pin.name) for name, pin in board.pins.items()}
    buses: dict[str, Any] = {}

    # The same bus each time, as on a board; ends with the VM.
    def i2c() -> Any:
        if "I2C" not in buses:
            buses["I2C"] = vm.import_name("busio").I2C(names["SCL"], names["SDA"])
        return buses["I2C"]

    def spi() -> Any:
        if "SPI" not in buses:
            buses["SPI"] = vm.import_name("busio").SPI(names["SCK"], names["MOSI"], names["MISO"])
        return buses["SPI"]

    functions = {}
    if "SCL" in names:
        functions["I2C"] = i2c
    if "SCK" in names:
        functions["SPI"] = spi
    return new_module("board", board_id=board.profile.board_id, **names, **functions)
