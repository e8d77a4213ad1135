# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""io: streams in memory, and open."""

from __future__ import annotations

import io as host
from types import ModuleType

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    return new_module("io", host.IOBase, host.StringIO, host.BytesIO, open=board.running.builtins.open)
