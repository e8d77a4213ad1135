# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""busio: I2C and SPI over the wires of the board. Serial ports have nothing to talk to here: no UART.

What each chip does without an acknowledge, or while a wire is held, is taken from CircuitPython's
ports/espressif/common-hal/busio/I2C.c and ports/raspberrypi/common-hal/busio/I2C.c.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.errors import EspMemoryError, os_error
from chargerctl.simulator.python.module import new_module
from chargerctl.simulator.python.serial_bus import I2CMaster, SerialBus, probe

_S = 1_000_000
# The C6 and its like probe at this speed, whatever the bus's frequency.
_PROBE_HZ = 100_000
# What busio has bitbangio wait for a held SCL.
_LOOKS = 1_000_000
_PAUSE_AFTER_PROBE_US = {"esp32s2": 1_000}


def make(board: VirtualBoard) -> ModuleType:
    # From 9.2 on with ESP-IDF's newer driver.
    modern = board.version >= (9, 2)
    newer_driver = modern and board.is_esp32

    class I2C(I2CMaster):
        def __init__(self, scl: Any, sda: Any, *, frequency: int = 100000, timeout: int = 255) -> None:
            self._frequency = frequency
            self._spend: Callable[[int], None] = board.clock.spend
            # RP2: a write of nothing has left the pins with bitbangio, where the chip's I2C does not reach them.
            self._astray = False
            names = self._take(scl, sda)
            clock, data = self._pins
            try:
                if board.profile.is_rp2 and not _rp2_pair(clock.gpio, data.gpio):
                    raise ValueError("Invalid pins")
                self._wires = board.i2c_bus(*names)
                # Pull-ups are on the modules that hang on the bus.
                if self._wires.held or not self._wires.devices:
                    raise RuntimeError("No pull up found on SDA or SCL; check your wiring")
            except (ValueError, RuntimeError):
                self.deinit()
                raise

        def _read(self, address: int, count: int) -> bytes:
            self._transfer(address, count)
            return self._wires.devices[address].read(count)

        def _write(self, address: int, data: bytes) -> None:
            if data:
                self._transfer(address, len(data))
                self._wires.devices[address].write(data)
            elif newer_driver:
                # ESP-IDF refuses to send nothing, before anything is on the wires.
                raise os_error("EIO")
            elif board.is_esp32:
                self._transfer(address, 0)
            else:
                self._write_nothing(address)

        def _transfer(self, address: int, count: int) -> None:
            """Spend what the address and `count` bytes take. Raises OSError without an acknowledge."""
            present = self._wires.acknowledges(address)
            self._occupy(1 + count if present else 1)
            if not present:
                raise os_error("EIO" if newer_driver else "ENODEV")

        def _occupy(self, count: int) -> None:
            """`count` bytes on the wires. ETIMEDOUT after the whole of CircuitPython's limit when one of them was
            held for a moment only: a transfer that has met that does not go on when the wire is free again."""
            wires, holds, us = self._wires, self._wires.holds, 0
            if wires.out_of_memory and board.is_esp32:
                raise EspMemoryError
            if wires.held is None and not self._astray:
                us = board.costs.i2c_byte * count * _S // self._frequency + wires.stretch_us
                wires.began(us)
                self._spend(us)
                if wires.holds == holds:
                    return
            limit_us = board.costs.i2c_wedged if newer_driver else board.costs.i2c_wedged_rp2
            wires.stuck(limit_us - us)
            self._spend(limit_us - us)
            raise os_error("ETIMEDOUT")

        def _write_nothing(self, address: int) -> None:
            """RP2 does it with bitbangio, and takes a held SDA for an acknowledge. A held SCL raises, and leaves the
            pins where the chip's own I2C does not reach them."""
            wires = self._wires
            if wires.held == "scl":
                self._astray = True
                wires.stuck(_LOOKS * board.costs.bitbang_look)
                self._spend(_LOOKS * board.costs.bitbang_look)
                raise TimeoutError("timeout too long")
            self._astray = False
            self._spend(board.costs.i2c_byte * _S // self._frequency + wires.stretch_us)
            if wires.held is None and not wires.acknowledges(address):
                raise os_error("ENODEV")

        # Also for the display core, which needs no lock to probe for its device and gets no errors.

        def _acknowledged(self, address: int) -> bool:
            wires = self._wires
            if not newer_driver:
                return self._try_write(address, b"")
            if wires.out_of_memory:
                return False
            if wires.held:
                self._spend(board.costs.i2c_probe_limit)
            else:
                self._spend(board.costs.i2c_byte * _S // _PROBE_HZ + wires.stretch_us)
            self._spend(_PAUSE_AFTER_PROBE_US.get(board.profile.chip, 0))
            return wires.held is None and wires.acknowledges(address)

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

    if modern:
        I2C.probe = probe  # type: ignore[attr-defined]

    class SPI(SerialBus):
        def __init__(self, clock: Any, MOSI: Any = None, MISO: Any = None, half_duplex: bool = False) -> None:  # noqa: N803
            if half_duplex:
                raise NotImplementedError("Half duplex SPI is not implemented")
            if MOSI is None and MISO is None:
                raise ValueError("Must provide MISO or MOSI pin")
            self._baudrate = 250_000
            names = self._take(*(pin for pin in (clock, MOSI, MISO) if pin is not None))
            # One that only sends or only listens has no part to talk to here.
            self._wires = board.spi_bus(*names) if len(names) == 3 else None

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

    I2C._board = SPI._board = board
    return new_module("busio", I2C, SPI)


def _rp2_pair(scl: int, sda: int) -> bool:
    """RP2: SCL is odd, SDA even, and both belong to the same of the two peripherals."""
    return scl % 2 == 1 and sda % 2 == 0 and scl // 2 % 2 == sda // 2 % 2
