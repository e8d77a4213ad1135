# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One direction of a TCP connection: what is put in at one end comes out at the other, in order, later."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum

from chargerctl.simulator.network.link import Link

RETRANSMIT_US = 500_000
"""How long after a loss TCP tries again. The real interval grows; a constant one changes little."""

HOLD = -1
"""A receiver's answer to a segment: not now, try again."""

Segment = Enum("Segment", ["SYN", "SYN_ACK", "DATA", "FIN", "RST", "TLS"])
"""TLS is half of a handshake, however many packets it has; what a real link encrypts is sent in the clear."""


class Pipe:
    """`blocked()`: whether nothing gets through now. `deliver(kind, data)` takes one segment and returns
    how many of its bytes it took (what is left waits for resume()), or HOLD."""

    def __init__(
        self, link: Link, blocked: Callable[[], bool], deliver: Callable[[Segment, bytes], int]
    ) -> None:
        self._link = link
        self._clock = link.clock
        self._blocked = blocked
        self._deliver = deliver
        self._queue: deque[tuple[int, Segment, bytes]] = deque()
        self._armed = False
        self._last_due = 0
        # Bytes on the way.
        self.pending = 0

    def put(self, kind: Segment, data: bytes = b"", not_before_us: int = 0) -> None:
        """Send one segment, now or at `not_before_us`."""
        faults = self._link.faults
        leaves = max(self._clock.now_us, not_before_us)
        due = max(self._last_due, leaves + self._link.delay_us)
        self.pending += len(data)
        piece = faults.trickle_bytes if kind is Segment.DATA else 0
        for start in range(0, len(data), piece) if piece else (0,):
            self._queue.append((due, kind, data[start : start + piece] if piece else data))
            self._last_due = due
            due += faults.trickle_us
        self.resume()

    def clear(self) -> None:
        """Forget what is on the way."""
        self._queue.clear()
        self.pending = 0

    def resume(self, earliest: int = 0) -> None:
        """Deliver what is on the way; the receiver has room again."""
        if self._queue and not self._armed:
            self._armed = True
            self._clock.call_at(max(self._queue[0][0], earliest, self._clock.now_us), self._fire)

    def _fire(self) -> None:
        self._armed = False
        queue = self._queue
        while queue and queue[0][0] <= self._clock.now_us:
            due, kind, data = queue[0]
            taken = HOLD if self._blocked() else self._deliver(kind, data)
            if taken == HOLD:
                self.resume(self._clock.now_us + RETRANSMIT_US)
                return
            if not queue:
                return  # the receiver cleared this pipe
            self.pending -= taken
            if taken < len(data):
                queue[0] = (due, kind, data[taken:])
                return
            queue.popleft()
        self.resume()
