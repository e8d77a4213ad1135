# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""io: streams in memory, and open."""

from __future__ import annotations

import io as host
from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


def make(board: VirtualBoard) -> ModuleType:
    assert board.vm is not None
    return new_module(
        "io", open=board.vm.builtins.open, IOBase=host.IOBase, StringIO=host.StringIO, BytesIO=host.BytesIO
    )
