# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the bus classes of busio and bitbangio have in common: pins that are taken, a lock, and I2C's methods."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from chargerctl.simulator.machine import pins
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.buses import I2CBus
from chargerctl.simulator.python.module import Resource, deinitialized


class SerialBus(Resource):
    """Pins that are taken, and a lock. A module makes a subclass of its own, with the board it is on."""

    _board: VirtualBoard
    _pins: tuple[pins.Pin, ...] = ()
    _locked = False

    def _take(self, *wanted: Any) -> list[str]:
        """Claim the pins; their names on this board."""
        taken: list[pins.Pin] = []
        try:
            taken.extend(pin._claim(type(self).__name__) for pin in wanted)
        except ValueError:
            for pin in taken:
                self._board.release_pin(pin)
            raise
        self._pins = tuple(taken)
        return [next(name for name, named in self._board.pins.items() if named is pin) for pin in taken]

    def deinit(self) -> None:
        for pin in self._pins:
            self._board.release_pin(pin)
        self._pins = ()
        self._locked = False

    def try_lock(self) -> bool:
        self._alive()
        if self._locked:
            return False
        self._locked = True
        return True

    def unlock(self) -> None:
        self._alive()
        self._locked = False

    def _alive(self) -> None:
        if not self._pins:
            raise deinitialized()

    def _check(self) -> None:
        self._alive()
        if not self._locked:
            raise RuntimeError("Function requires lock")


class I2CMaster(SerialBus):
    """The methods that busio.I2C and bitbangio.I2C share, over `_read`, `_write` and `_acknowledged` of each."""

    _wires: I2CBus
    _read: Callable[[int, int], bytes]
    _write: Callable[[int, bytes], None]
    _acknowledged: Callable[[int], bool]

    def scan(self) -> list[int]:
        self._check()
        return [address for address in range(0x08, 0x78) if self._acknowledged(address)]

    def readfrom_into(self, address: int, buffer: Any, *, start: int = 0, end: int = sys.maxsize) -> None:
        self._check()
        target = memoryview(buffer).cast("B")[start:end]
        if not target:
            raise ValueError("Buffer must be at least length 1")
        self._board.clock.spend(self._board.costs.i2c_call)
        target[:] = self._read(address, len(target))

    def writeto(self, address: int, buffer: Any, *, start: int = 0, end: int = sys.maxsize) -> None:
        self._check()
        self._board.clock.spend(self._board.costs.i2c_call)
        self._write(address, bytes(memoryview(buffer).cast("B")[start:end]))

    def writeto_then_readfrom(
        self,
        address: int,
        out_buffer: Any,
        in_buffer: Any,
        *,
        out_start: int = 0,
        out_end: int = sys.maxsize,
        in_start: int = 0,
        in_end: int = sys.maxsize,
    ) -> None:
        self.writeto(address, out_buffer, start=out_start, end=out_end)
        self.readfrom_into(address, in_buffer, start=in_start, end=in_end)


def probe(self: I2CMaster, address: int) -> bool:
    """A method of both from CircuitPython 9.2 on."""
    self._check()
    self._board.clock.spend(self._board.costs.i2c_call)
    return self._acknowledged(address)
