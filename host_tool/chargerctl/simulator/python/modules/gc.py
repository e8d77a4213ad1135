# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""gc: collecting costs time; how much memory is free is not modelled."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard

# Plausible for a program that asks; CPython's objects say nothing about a board's heap.
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

    def isenabled() -> bool:
        return enabled[0]

    def mem_free() -> int:
        return _HEAP_BYTES // 2

    def mem_alloc() -> int:
        return _HEAP_BYTES - mem_free()

    return new_module(
        "gc",
        collect=collect,
        enable=enable,
        disable=disable,
        isenabled=isenabled,
        mem_free=mem_free,
        mem_alloc=mem_alloc,
    )
