# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""collections: a deque has a length here."""

from __future__ import annotations

import collections as host
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    class deque(host.deque[Any]):  # noqa: N801 - Python's name
        """`flags` 1: a full deque raises IndexError instead of dropping an item at its other end."""

        def __init__(self, iterable: Iterable[Any], maxlen: int, flags: int = 0) -> None:
            super().__init__(iterable, maxlen)
            self._flags = flags

        def append(self, item: Any) -> None:
            self._check()
            super().append(item)

        def appendleft(self, item: Any) -> None:
            self._check()
            super().appendleft(item)

        def _check(self) -> None:
            if self._flags & 1 and len(self) == self.maxlen:
                raise IndexError("full")

    return new_module("collections", deque, host.namedtuple, host.OrderedDict)
