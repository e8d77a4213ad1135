# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The bytes of microcontroller.nvm, as the flash below keeps them: erased before they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargerctl.simulator.python.errors import EspMemoryError, IDFError

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard

_BLANK = 0xFF


class Nvm:
    """`data` survives everything but a power cut (or reset) between erasing and writing, which leaves all of it blank.

    ESP32: every write copies, erases and writes all 8 KB. RP2: 4 KB; only a write over bytes that are not blank
    erases, the others are programmed in place.
    """

    def __init__(self, board: VirtualBoard) -> None:
        self._board = board
        self.data = bytearray([_BLANK]) * (8192 if board.is_esp32 else 4096)
        # Writes since the flash was new, for statements about wear.
        self.writes = 0
        self.erases = 0
        # From now on what goes wrong: "write" (a worn flash) or "read" (nothing works any more); None: nothing.
        self.fault: str | None = None

    def check(self, doing: str) -> None:
        """Raises what a board does when `doing`, "read" or "write", fails. Every write of an ESP32 reads first."""
        if self.fault == "read" or self.fault == doing:
            self._failed()

    def _failed(self) -> None:
        # An ESP32 has three ways to say so; which it is depends on where ESP-IDF gave up.
        if not self._board.is_esp32:
            raise RuntimeError("Unable to write to nvm.")
        raise self._board.random.choice(
            (RuntimeError("NVS Error"), IDFError("Generic Failure"), EspMemoryError())
        )

    def write(self, start: int, new: bytes) -> None:
        """Write, at its cost. May not return: what the power cut leaves is the blank or the old content."""
        old = self.data[start : start + len(new)]
        board = self._board
        self.check("read")
        self.writes += 1
        with board.scheduler.shield():
            if not board.is_esp32 and old == bytes(new):
                return
            if not board.is_esp32:
                self.check("write")
            if not board.is_esp32 and all(byte == _BLANK for byte in old):
                self.data[start : start + len(new)] = new
                return
            self.erases += 1
            cost_us = board.costs.nvm_write if board.is_esp32 else board.costs.nvm_write_rp2
            kept = bytearray(self.data)
            kept[start : start + len(new)] = new
            board.clock.spend(cost_us // 4)
            self.data[:] = bytes([_BLANK]) * len(self.data)
            # An ESP32 has erased everything before it finds that it cannot write.
            self.check("write")
            board.clock.spend(cost_us // 2)
            self.data[:] = kept
            board.clock.spend(cost_us - cost_us // 4 - cost_us // 2)
