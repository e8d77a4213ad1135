# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps a fleet's clock to the wall clock, and waits for all of its sockets: one thread, which sleeps until the next timer
or the first socket that is ready."""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from chargerctl.simulator.machine.clock import Clock

Ready = Callable[[int], object]
"""Called with what a socket is ready for: READ, WRITE or both."""

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

# Timers are looked after for so long before the sockets have their turn.
_SLICE_US = 20_000
# A select that took less has not waited.
_WAITED_US = 500
# The wall clock may move on by this much between two looks. If it does by more, and this thread has not worked meanwhile,
# the process was stopped.
_STALL_US = 1_000_000
_LONGEST_SLEEP_S = 3600.0


class RealTime:
    """clock: a virtual one, which is spent here only. stood_still_us: how long the process was stopped."""

    def __init__(
        self,
        clock: Clock,
        selector: selectors.BaseSelector | None = None,
        wall_ns: Callable[[], int] = time.monotonic_ns,
        worked_ns: Callable[[], int] = time.thread_time_ns,
    ) -> None:
        self.clock = clock
        self.stood_still_us = 0
        self._selector = selector or selectors.DefaultSelector()
        self._wall_ns = wall_ns
        self._worked_ns = worked_ns
        self._origin_us = wall_ns() // 1000 - clock.now_us
        self._seen_us = clock.now_us
        self._worked_us = worked_ns() // 1000
        self._stopped = False
        self._posted: deque[Callable[[], object]] = deque()
        self._waker, self._woken = socket.socketpair()
        self._waker.setblocking(False)
        self._woken.setblocking(False)
        self._selector.register(self._woken, READ, self._wake)

    def wall_us(self) -> int:
        """The wall's time on the scale of the clock."""
        return self._wall_ns() // 1000 - self._origin_us

    # Sockets.

    def watch(self, sock: socket.socket, events: int, ready: Ready) -> None:
        """Have `ready` called whenever the socket is ready for one of `events`; 0: never more."""
        key = self._selector.get_map().get(sock)
        if key is None:
            if events:
                self._selector.register(sock, events, ready)
        elif events:
            self._selector.modify(sock, events, ready)
        else:
            self._selector.unregister(sock)

    # Other threads and signal handlers.

    def post(self, call: Callable[[], object]) -> None:
        """Have `call()` called soon, on the thread that runs this."""
        self._posted.append(call)
        self._ring()

    def fail(self, error: Exception) -> None:
        """Have run() raise it soon, whoever calls this."""

        def end() -> None:
            raise error

        self.post(end)

    def stop(self) -> None:
        """End run() soon."""
        self._stopped = True
        self._ring()

    # The thread of the fleet.

    def run(self, until_us: int | None = None) -> None:
        """Until the clock stands there, or stop() was called. What a timer raises is raised here."""
        while not self._stopped and (until_us is None or self.clock.now_us < until_us):
            self.look(until_us)

    def look(self, until_us: int | None = None) -> None:
        """Take what the sockets have, waiting for the next timer at most; then let the time pass that has passed."""
        clock = self.clock
        before_us = self.wall_us()
        # due_us: of the next timer; what is spent never ends behind it.
        due_us = clock.due_us if until_us is None else min(clock.due_us, until_us)
        pause_us = 0 if self._stopped else max(0, due_us - before_us)
        found = self._selector.select(min(pause_us / 1e6, _LONGEST_SLEEP_S))
        self._take_up()
        wall_us = self.wall_us()
        waited = wall_us - before_us >= _WAITED_US
        if waited:
            # No timer is due before that: the sleep ended there at the latest.
            self._spend(min(wall_us, due_us) - clock.now_us)
        # Else they may have been ready since the clock was here.
        for key, events in found:
            key.data(events)
        self._spend(0 if waited else min(wall_us - clock.now_us, _SLICE_US))

    def _spend(self, us: int) -> None:
        self.clock.spend(max(0, us))
        failure = self.clock.failure
        if failure is not None:
            self.clock.failure = None
            raise failure

    def _take_up(self) -> None:
        """After a stop of the whole process time goes on where it stood, instead of being raced after."""
        wall_us, worked_us = self.wall_us(), self._worked_ns() // 1000
        lost_us = wall_us - max(self._seen_us, self.clock.due_us) - (worked_us - self._worked_us)
        if lost_us > _STALL_US:
            self._origin_us += lost_us
            self.stood_still_us += lost_us
            wall_us -= lost_us
        self._seen_us, self._worked_us = wall_us, worked_us

    def _ring(self) -> None:
        # It may be full, so that it will wake; or closed: nothing runs any more.
        with suppress(OSError):
            self._waker.send(b"\0")

    def _wake(self, _events: int) -> None:
        while True:
            try:
                if not self._woken.recv(4096):
                    break
            except BlockingIOError:
                break
        while self._posted:
            self._posted.popleft()()

    def close(self) -> None:
        self._selector.close()
        self._waker.close()
        self._woken.close()
