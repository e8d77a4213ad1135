# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""warnings: printed, or raised when asked for."""

from __future__ import annotations

from types import ModuleType

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    chosen = ["always"]

    def warn(message: str, category: type = Warning) -> None:
        if chosen[0] == "error":
            raise category(message)
        if chosen[0] == "always":
            board.console.print(f"{category.__name__}: {message}\n")

    def simplefilter(action: str) -> None:
        if action not in ("always", "error", "ignore"):
            raise ValueError("Invalid action")
        chosen[0] = action

    return new_module("warnings", warn, simplefilter)
