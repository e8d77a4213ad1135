# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Frames of chargers that another process speaks to, for a moment: this one may hold such a charger next, and the frame that
came between the two is nobody's else."""

from __future__ import annotations

from collections import deque

LONGEST_S = 12.0
_MOST = 5000
_MOST_BYTES = 8 << 20


class Recent:
    """Times are seconds of a steady clock."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, str, bytes]] = deque()
        self._bytes = 0

    def put(self, serial: str, frame: bytes, now: float) -> None:
        """Of too much the oldest goes."""
        self._frames.append((now, serial, frame))
        self._bytes += len(frame)
        while self._frames and (
            now - self._frames[0][0] > LONGEST_S or len(self._frames) > _MOST or self._bytes > _MOST_BYTES
        ):
            self._bytes -= len(self._frames.popleft()[2])

    def since(self, serials: dict[str, float]) -> list[tuple[str, bytes]]:
        """What has come of each of these chargers since its time, in order."""
        return [
            (serial, frame) for at, serial, frame in self._frames if at >= serials.get(serial, float("inf"))
        ]
