# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The bytes of microcontroller.nvm, as the flash below keeps them: erased before they are written."""

from __future__ import annotations

import random

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.errors import EspMemoryError, IDFError
from chargerctl.simulator.machine.scheduler import Scheduler

_BLANK = 0xFF


class Nvm:
    """`data` survives everything but a power cut (or reset) between erasing and writing, which leaves all of it blank.

    ESP32: every write copies, erases and writes all 8 KB. RP2: 4 KB; only a write over bytes that are not blank
    erases, the others are programmed in place.
    """

    def __init__(
        self,
        clock: Clock,
        scheduler: Scheduler,
        costs: Costs,
        chance: random.Random,
        *,
        size: int,
        is_esp32: bool,
    ) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self._costs = costs
        self._chance = chance
        self._is_esp32 = is_esp32
        self.data = bytearray([_BLANK]) * size
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
        """Write, at its cost. May not return: what the power cut leaves is the blank or the old content."""
        old = self.data[start : start + len(new)]
        is_esp32, clock = self._is_esp32, self._clock
        self.check("read")
        self.writes += 1
        with self._scheduler.shield():
            if not is_esp32:
                if old == bytes(new):
                    return
                self.check("write")
                if all(byte == _BLANK for byte in old):
                    self.data[start : start + len(new)] = new
                    return
            cost_us = self._costs.nvm_write if is_esp32 else self._costs.nvm_write_rp2
            kept = bytearray(self.data)
            kept[start : start + len(new)] = new
            clock.spend(cost_us // 4)
            self.data[:] = bytes([_BLANK]) * len(self.data)
            # An ESP32 has erased everything before it finds that it cannot write.
            self.check("write")
            clock.spend(cost_us // 2)
            self.data[:] = kept
            clock.spend(cost_us - cost_us // 4 - cost_us // 2)
