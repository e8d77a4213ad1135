# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""terminalio: the built-in font. The terminal itself is not drawn."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


def make(board: VirtualBoard) -> ModuleType:
    assert board.vm is not None
    return new_module("terminalio", FONT=board.vm.import_name("fontio").BuiltinFont())
