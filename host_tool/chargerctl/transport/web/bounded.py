# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A connection whose answer has to come in a time, and in a size, that a board needs.

A socket's own timeout counts from each byte to the next: one byte in time, again and again, or a "100 Continue" without an
end, would have the laptop wait for ever.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from typing import cast

SLOWEST = 2000  # bytes a second, of the slowest board that is waited for
_SILENCE_S = 30  # between two bytes


class BoundedSocket:
    """What http.client uses of a socket. The whole answer has to come within grace_s, and a second more for each SLOWEST
    bytes, of which there are at most `most`; else TimeoutError, or OSError for too many."""

    def __init__(
        self, connection: socket.socket, grace_s: float, most: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._connection = connection
        self._grace_s = grace_s
        self._most = most
        self._now = now

    def sendall(self, data: bytes) -> None:
        self._connection.settimeout(self._grace_s)  # for all of it
        self._connection.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        raw = cast(io.RawIOBase, self._connection.makefile("rb", buffering=0))
        return io.BufferedReader(_Bounded(raw, self._connection, self._grace_s, self._most, self._now))

    def close(self) -> None:
        self._connection.close()


class _Bounded(io.RawIOBase):
    def __init__(
        self,
        raw: io.RawIOBase,
        connection: socket.socket,
        grace_s: float,
        most: int,
        now: Callable[[], float],
    ) -> None:
        self._raw = raw
        self._connection = connection
        self._until = now() + grace_s
        self._left = most
        self._now = now

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        left_s = self._until - self._now()
        if left_s <= 0:
            raise TimeoutError("the answer takes too long")
        self._connection.settimeout(min(left_s, _SILENCE_S))
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise OSError("the answer has no end")
        self._until += (count or 0) / SLOWEST
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
