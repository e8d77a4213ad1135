# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""gc: collecting costs time; how much memory is free is not modelled."""

from __future__ import annotations

from types import ModuleType

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module

# Plausible for a program that asks; a board's heap cannot be derived from CPython's objects.
_HEAP_BYTES = 200_000


def make(board: VirtualBoard) -> ModuleType:
    enabled = [True]

    def collect() -> int:
        board.clock.spend(board.costs.gc_collect)
        return 0

    def enable() -> None:
        enabled[0] = True

    def disable() -> None:
        enabled[0] = False

    return new_module(
        "gc",
        collect,
        enable,
        disable,
        isenabled=lambda: enabled[0],
        mem_free=lambda: _HEAP_BYTES // 2,
        mem_alloc=lambda: _HEAP_BYTES // 2,
    )
