# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""random: numbers from the board's generator, so that a seeded run repeats itself."""

from __future__ import annotations

from types import ModuleType

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    source = board.random
    whole = (source.getrandbits, source.randrange, source.randint, source.choice)
    return new_module("random", source.seed, *whole, source.random, source.uniform)
