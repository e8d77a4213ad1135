# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's `select`: poll() over sockets (extmod/modselect.c; it has no stub).

As on a board only objects of the core's own stream types can be registered, not Python classes.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from chargerctl.simulator.network.sockets import POLL_IN, POLL_OUT, error
from chargerctl.simulator.python.module import new_module

_ONE_SHOT = 1


class Poll:
    """What select.poll() returns."""

    def __init__(self, board: Any) -> None:
        self._board = board
        self._registered: dict[int, tuple[Any, int]] = {}

    def register(self, obj: Any, eventmask: int = POLL_IN | POLL_OUT) -> None:
        if not hasattr(type(obj), "_ready"):
            raise error(errno.EINVAL)
        self._registered[id(obj)] = (obj, eventmask)

    def unregister(self, obj: Any) -> None:
        self._registered.pop(id(obj), None)

    def modify(self, obj: Any, eventmask: int) -> None:
        if id(obj) not in self._registered:
            raise error(errno.ENOENT)
        self._registered[id(obj)] = (obj, eventmask)

    def poll(self, timeout: int = -1) -> list[tuple[Any, int]]:
        return list(self.ipoll(timeout))

    def ipoll(self, timeout: int = -1, flags: int = 0) -> Iterator[tuple[Any, int]]:
        """`timeout` in milliseconds, -1 for ever."""
        board = self._board
        board.clock.spend(board.costs.socket_call)
        ready = self._ready()
        if not ready and timeout != 0:
            board.clock.wait(self._ready, None if timeout < 0 else timeout * 1000)
            ready = self._ready()
        if flags & _ONE_SHOT:
            for obj, _events in ready:
                self._registered[id(obj)] = (obj, 0)
        return iter(ready)

    def _ready(self) -> list[tuple[Any, int]]:
        ready = []
        for obj, mask in self._registered.values():
            events = obj._ready(mask) if mask else 0
            if events:
                ready.append((obj, events))
        return ready


def make(board: Any) -> ModuleType:
    """The module for one start of the VM."""

    def poll() -> Poll:
        return Poll(board)

    return new_module("select", poll, POLLIN=POLL_IN, POLLOUT=POLL_OUT, POLLERR=8, POLLHUP=16)
