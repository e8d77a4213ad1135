# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""random: numbers from the board's generator, so that a seeded run repeats itself."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


def make(board: VirtualBoard) -> ModuleType:
    source = board.random
    return new_module(
        "random",
        seed=source.seed,
        getrandbits=source.getrandbits,
        randrange=source.randrange,
        randint=source.randint,
        choice=source.choice,
        random=source.random,
        uniform=source.uniform,
    )
