# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The bytes of microcontroller.nvm, as the flash below keeps them: erased before they are written."""

from __future__ import annotations

import random

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.errors import EspMemoryError, IDFError
from chargerctl.simulator.machine.flash import BLANK, PAGE, half_erased, half_programmed
from chargerctl.simulator.machine.operations import Operations
from chargerctl.simulator.machine.scheduler import Scheduler


class Nvm:
    """`data` survives everything but a power cut (or reset) between erasing and writing.

    ESP32: every write copies, erases and writes all 8 KB. RP2: 4 KB; only a write over bytes that are not blank
    erases, the others are programmed in place, page by page. Operations: "nvm erase", "nvm program".
    """

    def __init__(
        self,
        clock: Clock,
        scheduler: Scheduler,
        operations: Operations,
        costs: Costs,
        chance: random.Random,
        *,
        size: int,
        is_esp32: bool,
    ) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self._operations = operations
        self._costs = costs
        self._chance = chance
        self._is_esp32 = is_esp32
        self.data = bytearray([BLANK]) * size
        # Writes since the flash was new, for statements about wear.
        self.writes = 0
        # From now on what goes wrong: "write" (a worn flash) or "read" (nothing works any more); None: nothing.
        self.fault: str | None = None

    def check(self, doing: str) -> None:
        """Raises what a board does when `doing`, "read" or "write", fails. Every write of an ESP32 reads first."""
        if self.fault == "read" or self.fault == doing:
            self._failed()

    def _failed(self) -> None:
        # An ESP32 raises one of three errors, depending on where ESP-IDF gave up.
        if not self._is_esp32:
            raise RuntimeError("Unable to write to nvm.")
        raise self._chance.choice((RuntimeError("NVS Error"), IDFError("Generic Failure"), EspMemoryError()))

    def write(self, start: int, new: bytes) -> None:
        """Write, at its cost. May not return: see `flash` for what a power cut leaves."""
        self.check("read")
        self.writes += 1
        with self._scheduler.shield():
            if self._is_esp32:
                self._write_esp32(start, new)
            elif self.data[start : start + len(new)] != new:
                self._write_rp2(start, new)

    def _write_esp32(self, start: int, new: bytes) -> None:
        copying_us = self._costs.nvm_write // 4
        self._clock.spend(copying_us)
        self._replace(start, new, self._costs.nvm_write - copying_us)

    def _write_rp2(self, start: int, new: bytes) -> None:
        self.check("write")
        if any(byte != BLANK for byte in self.data[start : start + len(new)]):
            self._replace(start, new, self._costs.nvm_write_rp2)
            return
        while new:
            size = PAGE - start % PAGE
            self._program(start, new[:size], self._costs.nvm_page)
            start += size
            new = new[size:]

    def _replace(self, start: int, new: bytes, us: int) -> None:
        """Erase everything, and write it again with `new` in it."""
        kept = bytearray(self.data)
        kept[start : start + len(new)] = new
        self._operations.carry_out("nvm erase", us // 2, self._erase, self._half_erase)
        # An ESP32 has erased everything before it finds that it cannot write.
        self.check("write")
        self._program(0, bytes(kept), us - us // 2)

    def _erase(self) -> None:
        self.data[:] = bytes([BLANK]) * len(self.data)

    def _half_erase(self) -> None:
        self.data[:] = half_erased(bytes(self.data), self._operations.chance)

    def _program(self, start: int, new: bytes, us: int) -> None:
        place = slice(start, start + len(new))
        torn = half_programmed(bytes(self.data[place]), new, self._operations.chance)

        def put(content: bytes) -> None:
            self.data[place] = content

        self._operations.carry_out("nvm program", us, lambda: put(new), lambda: put(torn))
