# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""bitbangio: I2C by software (CircuitPython's shared-module/bitbangio/I2C.c). No SPI: nothing here needs it.

It looks whether SCL has been let go once a microsecond, `timeout` times at most, and never whether SDA has: a held
SDA is an acknowledge to it, and reads as zeros.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.errors import os_error
from chargerctl.simulator.python.module import new_module
from chargerctl.simulator.python.serial_bus import I2CMaster, probe

_S = 1_000_000
_BITS_A_BYTE = 9


def make(board: VirtualBoard) -> ModuleType:
    class I2C(I2CMaster):
        def __init__(self, scl: Any, sda: Any, *, frequency: int = 400000, timeout: int = 255) -> None:
            self._timeout = timeout
            self._bit_us = max(_S // frequency, board.costs.bitbang_bit)
            self._wires = board.i2c_bus(*self._take(scl, sda))
            # It begins with a stop condition. Should that fail, the pins stay taken until the next collection.
            self._occupy(0)

        def _read(self, address: int, count: int) -> bytes:
            if self._address(address, count):
                return self._wires.devices[address].read(count)
            return bytes(count)

        def _write(self, address: int, data: bytes) -> None:
            if self._address(address, len(data)):
                self._wires.devices[address].write(data)

        def _acknowledged(self, address: int) -> bool:
            self._occupy(1)
            return self._wires.held is not None or self._wires.acknowledges(address)

        def _address(self, address: int, count: int) -> bool:
            """Spend what the address and `count` bytes take; False when it only seems to be answered."""
            wires, holds = self._wires, self._wires.holds
            present = wires.held is not None or wires.acknowledges(address)
            self._occupy(1 + count if present else 1)
            if not present:
                raise os_error("ENODEV")
            return wires.held is None and wires.holds == holds

        def _occupy(self, count: int) -> None:
            wires = self._wires
            us = count * _BITS_A_BYTE * self._bit_us + wires.stretch_us
            wires.began(us)
            patience_us = self._timeout * board.costs.bitbang_look
            if wires.held != "scl":
                board.clock.spend(us)
            if wires.held == "scl" or wires.stretch_us > patience_us:
                board.clock.spend(patience_us)
                raise TimeoutError("timeout too long")

    if board.version >= (9, 2):
        I2C.probe = probe  # type: ignore[attr-defined]
    I2C._board = board
    return new_module("bitbangio", I2C)
