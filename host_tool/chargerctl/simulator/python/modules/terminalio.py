# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""terminalio: the built-in font. The terminal itself is not drawn."""

from __future__ import annotations

from types import ModuleType

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    return new_module("terminalio", FONT=board.running.import_name("fontio").BuiltinFont())
