# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""warnings: printed, or raised when asked for."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.board import VirtualBoard


def make(board: VirtualBoard) -> ModuleType:
    action = ["always"]

    def warn(message: str, category: type = Warning) -> None:
        if action[0] == "error":
            raise category(message)
        if action[0] == "always":
            board.console.print(f"{category.__name__}: {message}\n")

    def simplefilter(action_name: str) -> None:
        if action_name not in ("always", "error", "ignore"):
            raise ValueError("Invalid action")
        action[0] = action_name

    return new_module("warnings", warn=warn, simplefilter=simplefilter)
