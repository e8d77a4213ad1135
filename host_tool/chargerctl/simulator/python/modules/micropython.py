# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""micropython: const, and the little else that CircuitPython kept."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    def const(expr: Any) -> Any:
        return expr

    def opt_level(level: int | None = None) -> int | None:
        return 0 if level is None else None

    def kbd_intr(chr: int) -> None:
        """The character that interrupts the program; -1 for none."""
        board.console.interrupt_char = chr

    return new_module("micropython", const, opt_level, kbd_intr)
