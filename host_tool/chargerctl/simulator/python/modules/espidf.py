# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""espidf: what ESP-IDF raises and how much memory it has, on ESP32 only. How much that is, is not modelled."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.python.errors import EspMemoryError, IDFError
from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


# Plausible for a chip with 512 KB of RAM.
_TOTAL_BYTES = 320_000


def make(board: VirtualBoard) -> ModuleType | None:
    if not board.is_esp32:
        return None

    def heap_caps_get_total_size() -> int:
        return _TOTAL_BYTES

    def heap_caps_get_free_size() -> int:
        return _TOTAL_BYTES // 4

    def heap_caps_get_largest_free_block() -> int:
        return _TOTAL_BYTES // 8

    return new_module(
        "espidf",
        IDFError=IDFError,
        MemoryError=EspMemoryError,
        heap_caps_get_total_size=heap_caps_get_total_size,
        heap_caps_get_free_size=heap_caps_get_free_size,
        heap_caps_get_largest_free_block=heap_caps_get_largest_free_block,
    )
