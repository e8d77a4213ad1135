# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""espidf: what ESP-IDF raises and how much memory it has, on ESP32 only. How much that is, is not modelled."""

from __future__ import annotations

from types import ModuleType

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.errors import EspMemoryError, IDFError
from chargerctl.simulator.python.module import new_module

# Plausible for a chip with 512 KB of RAM.
_TOTAL_BYTES = 320_000


def make(board: VirtualBoard) -> ModuleType | None:
    if not board.is_esp32:
        return None
    return new_module(
        "espidf",
        IDFError,
        EspMemoryError,
        heap_caps_get_total_size=lambda: _TOTAL_BYTES,
        heap_caps_get_free_size=lambda: _TOTAL_BYTES // 4,
        heap_caps_get_largest_free_block=lambda: _TOTAL_BYTES // 8,
    )
