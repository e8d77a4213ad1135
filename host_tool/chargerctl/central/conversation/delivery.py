# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When an answer goes out, and how often: a script may delay it, or send it twice."""

from __future__ import annotations

import heapq
from typing import Any

from chargerctl.central.conversation.asking import frame_of
from chargerctl.central.conversation.script import Behaviour


class Delivery:
    """Keeps the answers that are late."""

    def __init__(self) -> None:
        self._late: list[tuple[float, int, str]] = []
        self._count = 0

    def send(self, behaviour: Behaviour, frame: list[Any] | str, now: float) -> list[str]:
        """The frames that go out at once."""
        frames = [frame if isinstance(frame, str) else frame_of(frame)] * behaviour.copies
        if not behaviour.delay_s:
            return frames
        for each in frames:
            self._count += 1
            heapq.heappush(self._late, (now + behaviour.delay_s, self._count, each))
        return []

    def due(self, now: float) -> list[str]:
        """Delayed answers whose time has come."""
        frames = []
        while self._late and self._late[0][0] <= now:
            frames.append(heapq.heappop(self._late)[2])
        return frames

    @property
    def next_due(self) -> float | None:
        """The time of the next delayed answer."""
        return self._late[0][0] if self._late else None
