# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's `select`: a poller asks its sockets themselves, by their `ready(flags)`."""

from __future__ import annotations

from typing import Protocol

POLLIN, POLLOUT = 1, 4


class Pollable(Protocol):
    def ready(self, flags: int) -> int:
        """Which of these flags hold; POLLIN also where the next read reports that the connection is over."""


class _Poll:
    def __init__(self) -> None:
        self._registered: list[tuple[Pollable, int]] = []

    def register(self, socket: Pollable, flags: int = POLLIN | POLLOUT) -> None:
        self._registered.append((socket, flags))

    def poll(self, timeout_ms: int = 0) -> list[tuple[Pollable, int]]:
        """Those that are ready now."""
        return [(socket, ready) for socket, flags in self._registered if (ready := socket.ready(flags))]


poll = _Poll
