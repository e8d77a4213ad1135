# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What has arrived from the chargers and waits for the desk. Bounded: by charger, by rate, and in all.

Transports put in from their threads and never wait; the desk takes out, fairly: a charger that sends too much waits, and
loses what does not fit, and no other charger notices.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass
from typing import NamedTuple

from chargerctl.central.desk.link import Link
from chargerctl.ocppj import MAX_FRAME_BYTES, size_of


@dataclass(frozen=True)
class Limits:
    """How much may wait, and how much one charger may send. A charger that has one call outstanding, as OCPP-J 4.1.1 asks,
    needs two places: one for the call, one for its answer to ours."""

    waiting: int = 32
    """Frames of one charger."""
    waiting_bytes: int = 32 << 20
    """Of all chargers."""
    each_bytes: int = 1 << 20
    """Of one charger."""
    reserved_bytes: int = 4096
    """Of one charger, however much the others have waiting."""
    frame_bytes: int = MAX_FRAME_BYTES
    """A larger one is ignored, and told at once."""
    rate: float = 100.0
    """Frames a second of one charger, after a burst: more waits."""
    burst: int = 1000
    rate_bytes: float = 16_384.0
    """Likewise, in bytes. A frame of 256 KiB takes 0.2 s to book, in which nobody is answered."""
    burst_bytes: int = 2 << 20
    share: int = 16
    """Frames of one charger in a group."""
    share_bytes: int = 64 << 10
    """Likewise; its first frame may be larger."""
    group: int = 500
    """Frames in a group: the first answer waits for the last."""
    group_bytes: int = 1 << 20
    remembered: int = 20_000
    """Chargers whose rate is watched."""


@dataclass(frozen=True, eq=False, slots=True)
class Arrival:
    """frame None: the charger came, or went."""

    serial: str
    link: Link
    at: float
    frame: str | bytes | None = None
    online: bool = True

    @property
    def size(self) -> int:
        return size_of(self.frame) if self.frame is not None else 0

    @property
    def is_coming(self) -> bool:
        return self.frame is None and self.online

    @property
    def is_going(self) -> bool:
        return self.frame is None and not self.online

    def supersedes(self, earlier: Arrival) -> bool:
        """The earlier change of the presence need not be handled any more: who comes has left every other link."""
        if self.is_coming:
            return earlier.frame is None
        return self.is_going and earlier.is_going and self.link == earlier.link

    def outlasts(self, later: Arrival) -> bool:
        """The later one is the end of a link that this one has replaced."""
        return self.is_coming and later.is_going and self.link != later.link


class Waiting(NamedTuple):
    """frames: changes of the presence are among them."""

    frames: int
    bytes: int


class _Queue:
    """Of one charger, with its allowance in frames and in bytes: it grows with time up to a burst, and each frame costs."""

    __slots__ = ("_at", "_limits", "allowance", "bytes_allowed", "size", "waiting")

    def __init__(self, limits: Limits, now: float) -> None:
        self.waiting: deque[Arrival] = deque()
        self.size = 0
        self.allowance = float(limits.burst)
        self.bytes_allowed = float(limits.burst_bytes)
        self._limits = limits
        self._at = now

    def refill(self, now: float) -> None:
        limits, passed = self._limits, max(0.0, now - self._at)
        self.allowance = min(float(limits.burst), self.allowance + passed * limits.rate)
        self.bytes_allowed = min(float(limits.burst_bytes), self.bytes_allowed + passed * limits.rate_bytes)
        self._at = now

    @property
    def may_send(self) -> bool:
        """A frame, of any size: a large one is paid for afterwards."""
        return self.allowance >= 1 and self.bytes_allowed > 0

    def pay(self, frame: Arrival, times: int = 1) -> None:
        self.allowance -= times
        self.bytes_allowed -= times * frame.size

    @property
    def untouched(self) -> bool:
        is_full = self.allowance >= self._limits.burst and self.bytes_allowed >= self._limits.burst_bytes
        return not self.waiting and is_full


class Inbox:
    """See the docstring of this module. Times are seconds of a clock that never jumps."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Condition()
        self._queues: dict[str, _Queue] = {}
        # The serials that have something waiting, in the order of their turns.
        self._turns: dict[str, None] = {}
        self._bytes = 0
        self._dropped: Counter[str] = Counter()
        self._woken = False

    def put(self, arrival: Arrival) -> None:
        """A frame that has no place is dropped and counted. Of changes of the presence only what still counts waits."""
        with self._lock:
            queue = self._queue(arrival)
            if arrival.frame is not None and not self._is_within(queue, arrival):
                self._dropped[arrival.serial] += 1
                return
            if not self._has_room(queue, arrival):
                self._dropped[""] += 1
                return
            if arrival.frame is None:
                if any(each.outlasts(arrival) for each in queue.waiting):
                    return
                if any(arrival.supersedes(each) for each in queue.waiting):
                    queue.waiting = deque(each for each in queue.waiting if not arrival.supersedes(each))
            queue.waiting.append(arrival)
            self._count(queue, arrival.size)
            self._turns.setdefault(arrival.serial)
            self._woken = True
            self._lock.notify()

    def _queue(self, arrival: Arrival) -> _Queue:
        queue = self._queues.get(arrival.serial)
        if queue is None:
            if len(self._queues) >= self._limits.remembered:
                self._queues = {serial: each for serial, each in self._queues.items() if each.waiting}
            queue = self._queues[arrival.serial] = _Queue(self._limits, arrival.at)
        return queue

    def _is_within(self, queue: _Queue, arrival: Arrival) -> bool:
        """What one charger may."""
        return (
            len(queue.waiting) < self._limits.waiting and queue.size + arrival.size <= self._limits.each_bytes
        )

    def _has_room(self, queue: _Queue, arrival: Arrival) -> bool:
        """Small frames always have: others must not fill the room of a charger that is well."""
        return (
            self._bytes + arrival.size <= self._limits.waiting_bytes
            or queue.size + arrival.size <= self._limits.reserved_bytes
        )

    def _count(self, queue: _Queue, size: int) -> None:
        queue.size += size
        self._bytes += size

    def put_back(self, arrivals: list[Arrival]) -> None:
        """What was taken and could not be handled, in its order: it comes first again."""
        with self._lock:
            for arrival in reversed(arrivals):
                queue = self._queue(arrival)
                if any(each.supersedes(arrival) for each in queue.waiting):
                    continue
                queue.waiting.appendleft(arrival)
                if arrival.frame is not None:
                    queue.pay(arrival, -1)
                self._count(queue, arrival.size)
                self._turns.setdefault(arrival.serial)

    def take(self, now: float) -> list[Arrival]:
        """A group, in the order of each charger. What a charger sends too fast stays."""
        with self._lock:
            self._woken = False
            group: list[Arrival] = []
            size = 0
            for serial in list(self._turns):
                if len(group) >= self._limits.group or size >= self._limits.group_bytes:
                    break
                queue = self._queues[serial]
                taken = self._turn(queue, now)
                group += taken
                size += sum(each.size for each in taken)
                del self._turns[serial]
                if queue.waiting:
                    self._turns[serial] = None
            return group

    def _turn(self, queue: _Queue, now: float) -> list[Arrival]:
        queue.refill(now)
        taken: list[Arrival] = []
        frames = size = 0
        while queue.waiting and frames < self._limits.share:
            arrival = queue.waiting[0]
            if arrival.frame is not None:
                too_much = frames and size + arrival.size > self._limits.share_bytes
                if too_much or not queue.may_send:
                    break
                queue.pay(arrival)
                frames += 1
                size += arrival.size
            queue.waiting.popleft()
            self._count(queue, -arrival.size)
            taken.append(arrival)
        return taken

    def wait(self, timeout_s: float) -> None:
        """Until something arrives, or wake() is called."""
        with self._lock:
            self._lock.wait_for(lambda: self._woken, max(0.0, timeout_s))

    def wake(self) -> None:
        with self._lock:
            self._woken = True
            self._lock.notify()

    @property
    def waits(self) -> bool:
        """Something is there that was not taken: too fast, or too much for one group."""
        with self._lock:
            return bool(self._turns)

    def waits_for(self, serial: str) -> bool:
        """Whether something of this charger is there."""
        with self._lock:
            return serial in self._turns

    def waiting(self) -> Waiting:
        """All of it, of all chargers."""
        with self._lock:
            return Waiting(sum(len(self._queues[serial].waiting) for serial in self._turns), self._bytes)

    def sweep(self, now: float) -> Counter[str]:
        """Once a minute: the frames dropped since the last time, by serial; by "" those for which others had left no room.
        Forgets chargers that are quiet."""
        with self._lock:
            for serial, queue in list(self._queues.items()):
                queue.refill(now)
                if queue.untouched:
                    del self._queues[serial]
            dropped, self._dropped = self._dropped, Counter()
            return dropped
