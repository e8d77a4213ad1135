# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board's clock: what happens when, and which bytes have reached the host by now."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class _Coming:
    when: float
    number: int
    action: Callable[[], None] = field(compare=False)
    of_program: bool = field(compare=False, default=False)


class Timeline:
    """now: seconds. Output arrives in the order in which it was put."""

    def __init__(self) -> None:
        self.now = 0.0
        self._coming: list[_Coming] = []
        self._count = 0
        self._output: deque[tuple[float, bytes]] = deque()

    def after(self, seconds: float, action: Callable[[], None], of_program: bool = False) -> None:
        self._count += 1
        heapq.heappush(self._coming, _Coming(self.now + seconds, self._count, action, of_program))

    def put(self, data: bytes, after: float) -> None:
        last = self._output[-1][0] if self._output else 0.0
        self._output.append((max(last, self.now + after), data))

    @property
    def ready(self) -> int:
        """Bytes that have arrived."""
        return sum(len(data) for when, data in self._output if when <= self.now)

    def take(self, count: int) -> bytes:
        """Of what has arrived, no more than `count` bytes."""
        found = bytearray()
        while len(found) < count and self._output and self._output[0][0] <= self.now:
            when, data = self._output.popleft()
            wanted = count - len(found)
            found += data[:wanted]
            if data[wanted:]:
                self._output.appendleft((when, data[wanted:]))
        return bytes(found)

    def next(self) -> float | None:
        """When something happens or arrives next; None: never."""
        times = [when for when, _ in self._output if when > self.now][:1]
        times += [self._coming[0].when] if self._coming else []
        return min(times, default=None)

    def step(self) -> None:
        """Go on to what comes next, and do it."""
        coming = self.next()
        assert coming is not None
        self.now = max(self.now, coming)
        if self._coming and self._coming[0].when <= self.now:
            heapq.heappop(self._coming).action()

    def hurry(self) -> None:
        """All that is on its way arrives now."""
        self._output = deque((min(when, self.now), data) for when, data in self._output)

    def clear(self) -> None:
        self._coming.clear()

    def forget_program(self) -> None:
        self._coming = [each for each in self._coming if not each.of_program]
        heapq.heapify(self._coming)

    def forget_output(self) -> None:
        self._output.clear()
