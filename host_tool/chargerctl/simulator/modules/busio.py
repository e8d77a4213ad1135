# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""busio: I2C and SPI over the wires of the board. Serial ports have nothing to talk to here: no UART."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from chargerctl.simulator import pins
from chargerctl.simulator.errors import os_error
from chargerctl.simulator.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.board import VirtualBoard

_S = 1_000_000


def make(board: VirtualBoard) -> ModuleType:
    def name_of(pin: pins.Pin) -> str:
        return next(name for name, named in board.pins.items() if named is pin)

    class Bus:
        """What both have: pins that are taken, and a lock."""

        _pins: tuple[pins.Pin, ...] = ()
        _locked = False

        def _take(self, *wanted: Any) -> None:
            taken: list[pins.Pin] = []
            try:
                taken.extend(pin._claim(type(self).__name__) for pin in wanted)
            except ValueError:
                for pin in taken:
                    board.release_pin(pin)
                raise
            self._pins = tuple(taken)

        def deinit(self) -> None:
            for pin in self._pins:
                board.release_pin(pin)
            self._pins = ()
            self._locked = False

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *exc_info: object) -> None:
            self.deinit()

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
                raise ValueError(
                    "Object has been deinitialized and can no longer be used. Create a new object."
                )

        def _check(self) -> None:
            self._alive()
            if not self._locked:
                raise RuntimeError("Function requires lock")

    class I2C(Bus):
        def __init__(self, scl: Any, sda: Any, *, frequency: int = 100000, timeout: int = 255) -> None:
            self._frequency = frequency
            self._spend: Callable[[int], None] = board.clock.spend
            self._take(scl, sda)
            clock, data = self._pins
            try:
                if board.profile.is_rp2 and not _rp2_pair(clock.gpio, data.gpio):
                    raise ValueError("Invalid pins")
                self._wires = board.i2c_bus(name_of(clock), name_of(data))
                # Pull-ups are on the modules that hang on the bus.
                if self._wires.held_low or not self._wires.devices:
                    raise RuntimeError("No pull up found on SDA or SCL; check your wiring")
            except (ValueError, RuntimeError):
                self.deinit()
                raise

        def probe(self, address: int) -> bool:
            self._check()
            return self._probe(address)

        def scan(self) -> list[int]:
            self._check()
            return [address for address in range(0x08, 0x78) if self._probe(address)]

        def readfrom_into(self, address: int, buffer: Any, *, start: int = 0, end: int = sys.maxsize) -> None:
            self._check()
            target = memoryview(buffer).cast("B")[start:end]
            if not target:
                raise ValueError("Buffer must be at least length 1")
            self._transfer(address, len(target))
            target[:] = self._wires.devices[address].read(len(target))

        def writeto(self, address: int, buffer: Any, *, start: int = 0, end: int = sys.maxsize) -> None:
            self._check()
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

        def _write(self, address: int, data: bytes) -> None:
            self._transfer(address, len(data))
            self._wires.devices[address].write(data)

        def _transfer(self, address: int, count: int) -> None:
            """Spend what the address and `count` bytes take. Raises OSError when nobody acknowledges, or, after
            the whole second that CircuitPython waits, when a wire is held down."""
            if self._wires.held_low:
                self._spend(board.costs.i2c_wedged)
                raise os_error("ETIMEDOUT")
            present = self._acknowledges(address)
            bits = board.costs.i2c_byte * (1 + count if present else 1)
            self._spend(bits * _S // self._frequency + self._wires.stretch_us)
            if not present:
                raise os_error("ENODEV")

        def _acknowledges(self, address: int) -> bool:
            device = self._wires.devices.get(address)
            if device is None:
                return False
            try:
                device.write(b"")
            except OSError:
                return False
            return True

        # For the display core, which needs no lock to look for its device and is told of no failure.

        def _probe(self, address: int) -> bool:
            return self._try_write(address, b"")

        def _try_write(self, address: int, data: bytes) -> bool:
            try:
                self._write(address, data)
            except OSError:
                return False
            return True

        def _never_reset(self) -> None:
            """Keep the pins when the VM ends."""
            for pin in self._pins:
                pin.never_reset = True

        @contextmanager
        def _free_of_charge(self) -> Iterator[None]:
            """Transfers inside take no time: a timer may not spend any."""
            self._spend = lambda us: None
            try:
                yield
            finally:
                self._spend = board.clock.spend

    class SPI(Bus):
        def __init__(self, clock: Any, MOSI: Any = None, MISO: Any = None, half_duplex: bool = False) -> None:  # noqa: N803
            if half_duplex:
                raise NotImplementedError("Half duplex SPI is not implemented")
            if MOSI is None and MISO is None:
                raise ValueError("Must provide MISO or MOSI pin")
            self._baudrate = 250_000
            self._take(*(pin for pin in (clock, MOSI, MISO) if pin is not None))
            # One that only sends or only listens has no part to talk to here.
            self._wires = board.spi_bus(*map(name_of, self._pins)) if len(self._pins) == 3 else None

        @property
        def frequency(self) -> int:
            self._alive()
            return self._baudrate

        def configure(
            self, *, baudrate: int = 100000, polarity: int = 0, phase: int = 0, bits: int = 8
        ) -> None:
            self._check()
            if polarity not in (0, 1) or phase not in (0, 1) or bits != 8:
                raise ValueError("Invalid argument")
            self._baudrate = baudrate

        def write(self, buffer: Any, *, start: int = 0, end: int = sys.maxsize) -> None:
            self._check()
            self._exchange(bytes(memoryview(buffer).cast("B")[start:end]))

        def readinto(
            self, buffer: Any, *, start: int = 0, end: int = sys.maxsize, write_value: int = 0
        ) -> None:
            self._check()
            target = memoryview(buffer).cast("B")[start:end]
            target[:] = self._exchange(bytes([write_value]) * len(target))

        def write_readinto(
            self,
            out_buffer: Any,
            in_buffer: Any,
            *,
            out_start: int = 0,
            out_end: int = sys.maxsize,
            in_start: int = 0,
            in_end: int = sys.maxsize,
        ) -> None:
            self._check()
            out = bytes(memoryview(out_buffer).cast("B")[out_start:out_end])
            target = memoryview(in_buffer).cast("B")[in_start:in_end]
            if len(out) != len(target):
                raise ValueError("buffer slices must be of equal length")
            target[:] = self._exchange(out)

        def _exchange(self, out: bytes) -> bytes:
            board.clock.spend(board.costs.spi_byte * len(out) * _S // self._baudrate)
            return self._wires.transfer(out) if self._wires else b"\xff" * len(out)

    return new_module("busio", I2C=I2C, SPI=SPI)


def _rp2_pair(scl: int, sda: int) -> bool:
    """RP2: SCL is odd, SDA even, and both belong to the same of the two peripherals."""
    return scl % 2 == 1 and sda % 2 == 0 and scl // 2 % 2 == sda // 2 % 2
