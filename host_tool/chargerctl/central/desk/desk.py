# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The desk: takes what the chargers send, over whatever transport, and answers when the books have kept it.

    desk = Desk(store, make_talk, tell)
    desk.start()                                # its thread
    desk.connected(serial, link)                # from the threads of the transports: nothing here waits
    desk.received(serial, link, frame)
    desk.close()

While one unit of work is written, the next gathers: many chargers share one write to the disk. When many send, it gathers
for a little longer, since a unit costs about as much as ten frames; a frame that comes alone is answered at once. Without a
thread, step() does one group, for tests.

If the books cannot be written, nothing is sent. The same frames are tried again with a pause, for 20 s: a charger waits 30 s
for an answer, and then sends what matters again.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Collection

from chargerctl.central.books.interface import Store
from chargerctl.central.desk.clock import Clock
from chargerctl.central.desk.inbox import Arrival, Inbox, Limits, Waiting
from chargerctl.central.desk.line import Line, MakeTalk
from chargerctl.central.desk.lines import Lines
from chargerctl.central.desk.link import Link
from chargerctl.central.desk.observer import Nobody, Observer
from chargerctl.central.desk.shared import ELSEWHERE, Alone, Shared
from chargerctl.central.desk.work import Part, Work
from chargerctl.events.event import Event, Tell
from chargerctl.ocppj import too_large

ASK_S = 0.25
"""How often somebody's new calls are looked for."""
BEAT_S = 5.0
"""How often the books get to know that this process works."""
_SWEEP_S = 60.0
_MOST_FLOODS = 10
_CLOSING_S = 5.0
_NEXT_GROUP_S = 0.005
# A group of so many is followed by the next one so long after its beginning, not sooner.
_MANY = 4
_GATHER_S = 0.02
_AFTER_BUG_S = 1.0

_JUMP_S = 1.0
QUIET_S = 4.0
"""A charger changes over to another process when nothing has come from it for so long."""

_USUAL = Limits()
_CLOCK = Clock()


class Desk:
    """See the docstring of this module."""

    def __init__(
        self,
        store: Store,
        make: MakeTalk,
        tell: Tell,
        limits: Limits = _USUAL,
        clock: Clock = _CLOCK,
        observer: Observer | None = None,
        shared: Shared | None = None,
    ) -> None:
        """observer: counts what is done; None: nobody does. shared: which chargers are this process's; None: all."""
        self._store = store
        self._tell = tell
        self._limits = limits
        self._inbox = Inbox(limits)
        self._lines = Lines(make)
        self._observer: Observer = observer or Nobody()
        self._shared: Shared = shared or Alone()
        self._work = Work(store, self._lines, self._tell, clock, self._observer, self._shared)
        # From other threads: chargers that another process speaks to, and that had better be another one's.
        self._lost: deque[str] = deque()
        self._unwanted: deque[str] = deque()
        self._clock = clock
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self.failure: Exception | None = None
        """What has ended its thread: a bug. Nobody is answered any more."""
        now = clock.steady()
        self.stepped_at = now
        """When it last began to work, by the steady clock."""
        self._ask_at = self._beat_at = self._gather_until = now
        self._sweep_at = now + _SWEEP_S
        # How far the date is from the steady clock.
        self._date = clock.unix() - now

    # From any thread.

    def connected(self, serial: str, link: Link) -> None:
        """The charger is there. A newer link takes the place of an older one, which is closed."""
        self._inbox.put(Arrival(serial, link, self._clock.steady()))

    def disconnected(self, serial: str, link: Link) -> None:
        """The link is gone; without effect if the charger has a newer one."""
        self._inbox.put(Arrival(serial, link, self._clock.steady(), online=False))

    def received(self, serial: str, link: Link, frame: str | bytes) -> None:
        """A frame came over this link, which makes the charger connected."""
        arrival = Arrival(serial, link, self._clock.steady(), frame)
        if reason := too_large(arrival.size, self._limits.frame_bytes):
            self._observer.dropped("size", 1)
            self._tell(Event("violation", reason, serial, {"bytes": arrival.size}))
        else:
            self._inbox.put(arrival)

    def has_link(self, serial: str) -> bool:
        """Whether the charger is connected to this process."""
        line = self._lines.get(serial)
        return line is not None and line.link is not None

    def connected_here(self) -> set[str]:
        """The chargers that are, and not to a broker."""
        return {line.serial for line in self._lines if line.is_connected_here}

    def lost(self, serials: Collection[str]) -> None:
        """Another process speaks to these chargers, or will soon: their connections are closed, where they have some of
        their own."""
        for serial in serials:
            line = self._lines.get(serial)
            link = None if line is None else line.link
            if link is not None:
                link.close(ELSEWHERE)
            self._lost.append(serial)
        self._inbox.wake()

    def give_up(self, serials: Collection[str]) -> None:
        """Leave these chargers to other processes, each in a quiet moment."""
        self._unwanted.extend(serials)

    def waiting(self) -> Waiting:
        """What has arrived, and is not handled yet."""
        return self._inbox.waiting()

    def connections(self) -> Counter[str]:
        """How many chargers are connected to this process, by transport."""
        links = [line.link for line in self._lines]
        return Counter(link.transport for link in links if link is not None)

    def start(self) -> None:
        """Begin. Then the books know that this process works, if they can be written."""
        self._step_or_tell()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self._thread.start()

    def close(self, last: bool = True) -> None:
        """Finish what has arrived, and tell the chargers that nobody is here any more, if this is the last process. It waits
        for the books only if they are well: who is connected no more is booked afterwards (Store.leave)."""
        self._closing.set()
        self._inbox.wake()
        if self._thread is not None:
            self._thread.join()
        try:
            self._finish()
        except Exception as error:  # noqa: BLE001 (the chargers must be told)
            self._tell_bug(error)
        finally:
            if last:
                self._work.available(False)

    # From the thread of the desk, or of a test.

    def step(self) -> bool:
        """Handle one group, if there is anything to do and the books are not paused; whether anything had arrived."""
        now = self._clock.steady()
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_S
            self._sweep(now)
        if now < self._work.again_at:
            return False
        ask, beat = now >= self._ask_at, self._was_set(now) or now >= self._beat_at
        self.stepped_at = now
        if ask and self._unwanted:
            self._leave_quiet_ones(now)
        part = Part(self._inbox.take(now), self._lines.due(now), beat, ask, self._take_lost())
        if ask:
            self._ask_at = now + ASK_S
        if beat:
            self._beat_at = now + BEAT_S
        if len(part.arrivals) >= _MANY:
            self._gather_until = now + _GATHER_S
        if part.arrivals or part.due or ask or beat or part.left:
            self._inbox.put_back(self._work.do(part))
            self._lost.extend(line.serial for line in part.left if self._lines.get(line.serial) is line)
        return bool(part.arrivals)

    def pause(self) -> float:
        """Seconds for which step() should not be called, whatever arrives: the books cannot be written, or many send."""
        now = self._clock.steady()
        pause = max(self._work.again_at, self._gather_until) - now
        # What waits was too fast, or too much for one group.
        return max(pause, _NEXT_GROUP_S if self._inbox.waits and pause <= 0 else 0.0)

    def next_step(self) -> float:
        """When, by the steady clock, step() has something to do, if nothing arrives before."""
        times = [self._ask_at, self._beat_at, self._sweep_at]
        if self._lines.next_due is not None:
            times.append(self._lines.next_due)
        return max(min(times), self._work.again_at)

    def _take_lost(self) -> list[Line]:
        found = {}
        while self._lost:
            serial = self._lost.popleft()
            if (line := self._lines.get(serial)) is not None:
                found[serial] = line
        return list(found.values())

    def _leave_quiet_ones(self, now: float) -> None:
        quiet = []
        for _ in range(len(self._unwanted)):
            serial = self._unwanted.popleft()
            line = self._lines.get(serial)
            if line is not None and line.is_connected_here:
                continue
            if self._inbox.waits_for(serial) or (line is not None and not line.is_quiet(now, QUIET_S)):
                self._unwanted.append(serial)
                continue
            if line is not None:
                self._lines.forget(line)
            quiet.append(serial)
        # What one process has on its way to it, and what reaches another one sooner, is not older than the rest.
        self._shared.release(quiet, QUIET_S / 2)

    def _was_set(self, now: float) -> bool:
        """The date was. By the new one this process was not seen for hours, if it does not say at once that it lives."""
        before, self._date = self._date, self._clock.unix() - now
        return abs(self._date - before) > _JUMP_S

    def _run(self) -> None:
        try:
            self._work_until_closed()
        except Exception as error:  # noqa: BLE001 (whoever runs the desk reports it)
            self.failure = error

    def _work_until_closed(self) -> None:
        while not self._closing.is_set():
            self._step_or_tell()
            pause = self.pause()
            if pause > 0:
                self._closing.wait(pause)
            else:
                self._inbox.wait(min(1.0, self.next_step() - self._clock.steady()))

    def _step_or_tell(self) -> None:
        try:
            self.step()
        except Exception as error:  # noqa: BLE001 (a bug must not end the thread while chargers wait for it)
            self._tell_bug(error)
            self._closing.wait(_AFTER_BUG_S)

    def _tell_bug(self, error: Exception) -> None:
        text = f"a bug in chargerctl, please report it; what had arrived is dropped: {error!r}"
        self._tell(Event("bug", text))

    def _finish(self) -> None:
        until = self._clock.steady() + _CLOSING_S
        more = self.failure is None  # not what comes too fast
        while more and self._inbox.waits and self._work.calm and self._clock.steady() < until:
            more = self.step()

    def _sweep(self, now: float) -> None:
        self._lines.sweep(now)
        dropped = self._inbox.sweep(now)
        crowded = dropped.pop("", 0)
        self._observer.dropped("rate", dropped.total())
        if crowded:
            self._observer.dropped("room", crowded)
            text = f"{crowded} frames were dropped in the last minute: those of all chargers that wait are too large"
            self._tell(Event("flood", text, details={"dropped": crowded}))
        for serial, count in dropped.most_common(_MOST_FLOODS):
            text = f"sends too much: {count} of its frames were dropped in the last minute"
            self._tell(Event("flood", text, serial, {"dropped": count}))
        others = dropped.total() - sum(count for _, count in dropped.most_common(_MOST_FLOODS))
        if others:
            text = f"{others} frames of other chargers were dropped in the last minute"
            self._tell(Event("flood", text, details={"dropped": others}))
