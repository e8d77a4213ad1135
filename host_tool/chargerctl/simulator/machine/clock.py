# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's one clock: time passes only where it is spent.

Virtual time jumps; real time is the same clock that also sleeps until the wall clock has caught up. Timers fire
in time order, inside the `spend` that passes them, on the thread that spends. Only the board's program (or, while
it is off, the loop that runs the board) spends time; a timer must not.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable

NEVER = 1 << 62

# In real time the program may run ahead of the wall clock by this much between two sleeps.
_SLACK_US = 1_000
# Further behind than this (a suspended laptop), real time is taken up where it stands instead of being raced after.
_LAG_US = 1_000_000


class Timer:
    """A call in the future. `cancel()` may be called at any time, also after it has fired."""

    __slots__ = ("at_us", "call")

    def __init__(self, at_us: int, call: Callable[[], object]) -> None:
        self.at_us = at_us
        self.call: Callable[[], object] | None = call

    def cancel(self) -> None:
        self.call = None


class Clock:
    """`now_us`: microseconds since the first power-on, through resets and power cuts. To be read, not set."""

    def __init__(self, realtime: bool = False) -> None:
        self.realtime = realtime
        self.now_us = 0
        # Nothing happens before this; `spend` is spelled out where it is called most often.
        self.due_us = 0 if realtime else NEVER
        # Where what is being spent ends: for a timer that looks at the program, which does not move until then.
        self.spent_us = 0
        # What an exception in a timer was: the runner of the board re-raises it where the program cannot catch it.
        self.failure: BaseException | None = None
        # Called on the spending thread, after a timer, whenever attention was requested.
        self.on_attention: Callable[[], object] = lambda: None
        self._attention = False
        self._firing = False
        self._timers: list[tuple[int, int, Timer]] = []
        self._sequence = itertools.count()
        self._posted: deque[Callable[[], object]] = deque()
        self._wake = threading.Event()
        self._origin_s: float | None = None

    def spend(self, us: int) -> None:
        """Let `us` >= 0 microseconds pass; timers due meanwhile fire. May not return: the power may go."""
        now_us = self.now_us + us
        if now_us < self.due_us:
            self.now_us = now_us
        else:
            self._advance(now_us)

    def wait(self, ready: Callable[[], object], timeout_us: int | None = None) -> bool:
        """Let time pass until `ready()` is true (True) or `timeout_us` is over (False).

        `ready` is called after every timer, so what makes it true must happen in one.
        """
        end_us = NEVER if timeout_us is None else self.now_us + timeout_us
        while not ready():
            if self.now_us >= end_us:
                return False
            self.step(end_us)
        return True

    def step(self, limit_us: int) -> None:
        """Let time pass up to the next timer, which fires, or up to `limit_us`, whichever is first."""
        due_us = min(self._next_us(), limit_us)
        if self.realtime:
            due_us = min(due_us, self.now_us + 10_000)
        elif due_us >= NEVER:
            raise RuntimeError("nothing will ever happen on this clock: no timer is set")
        self._advance(max(due_us, self.now_us))

    def call_at(self, at_us: int, call: Callable[[], object]) -> Timer:
        """Have `call()` fire at `at_us` (at once when that is past), after the timers set before for that time."""
        timer = Timer(at_us, call)
        heapq.heappush(self._timers, (at_us, next(self._sequence), timer))
        if at_us < self.due_us:
            self.due_us = at_us
        return timer

    def call_in(self, us: int, call: Callable[[], object]) -> Timer:
        return self.call_at(self.now_us + us, call)

    def post(self, call: Callable[[], object]) -> None:
        """Have `call()` fire as soon as possible. The only method for other threads; it ends a real-time sleep."""
        self._posted.append(call)
        self.due_us = 0
        self._wake.set()

    def request_attention(self) -> None:
        """Have `on_attention()` called on the spending thread before any more time passes."""
        self._attention = True
        self.due_us = -1

    def _next_us(self) -> int:
        timers = self._timers
        while timers and timers[0][2].call is None:
            heapq.heappop(timers)
        return timers[0][0] if timers else NEVER

    def _advance(self, target_us: int) -> None:
        if self._firing:
            raise RuntimeError("a timer must not spend time")
        self.due_us = -1
        self.spent_us = target_us
        try:
            while True:
                if self._attention:
                    self._attention = False
                    self.on_attention()
                while self._posted:
                    self._fire(self._posted.popleft())
                if self._attention:
                    continue
                due_us = self._next_us()
                if due_us > target_us:
                    if self._sleep_until(target_us):
                        break
                elif self._sleep_until(due_us):
                    timer = heapq.heappop(self._timers)[2]
                    if timer.call is not None:
                        call, timer.call = timer.call, None
                        self._fire(call)
        finally:
            self._set_due()

    def _fire(self, call: Callable[[], object]) -> None:
        self._firing = True
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - re-raised by the board's runner, out of the program's reach
            self.failure = error
            self._attention = True
        finally:
            self._firing = False

    def _sleep_until(self, at_us: int) -> bool:
        """Move to `at_us`; in real time sleep first. False when a post ended the sleep early."""
        at_us = max(at_us, self.now_us)
        if self.realtime:
            wall_us = self._wall_us()
            if at_us - wall_us > 0:
                self._wake.wait((at_us - wall_us) / 1e6)
                if self._wake.is_set():
                    self._wake.clear()
                    self.now_us = max(self.now_us, min(self._wall_us(), at_us))
                    return False
            elif wall_us - at_us > _LAG_US:
                self._origin_s = time.monotonic() - at_us / 1e6
        self.now_us = at_us
        return True

    def _wall_us(self) -> int:
        now_s = time.monotonic()
        if self._origin_s is None:
            self._origin_s = now_s - self.now_us / 1e6
        return int((now_s - self._origin_s) * 1e6)

    def _set_due(self) -> None:
        due_us = self._next_us()
        if self.realtime:
            due_us = min(due_us, self.now_us + _SLACK_US)
        self.due_us = -1 if self._attention or self._posted else due_us
