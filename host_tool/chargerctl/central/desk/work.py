# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Does the work of the desk in units of work, and bears it when the books cannot be written.

Usually a group is one unit. After a failure each charger has a unit of its own, so that one whose frames cannot be booked
does not keep the others waiting; what fails three times while others are booked is dropped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from chargerctl.central.books.interface import BooksError, FencedError, Store
from chargerctl.central.desk.clock import Clock
from chargerctl.central.desk.group import Group, Spoilt
from chargerctl.central.desk.inbox import Arrival
from chargerctl.central.desk.line import Line
from chargerctl.central.desk.lines import Lines
from chargerctl.central.desk.observer import Observer
from chargerctl.central.desk.outage import Outage
from chargerctl.central.desk.shared import ELSEWHERE, Shared
from chargerctl.events.event import Event, Tell

TOO_OLD_S = 20.0
_TRIES = 3
_FENCED_S = 0.05
_TRIES_OF_PRESENCE = 60  # nobody repeats it


@dataclass(frozen=True)
class Part:
    """What is tried in one unit of work. due: chargers of which something is due; beat: write that this process works;
    ask: take up the calls that somebody asked for; left: chargers that another process speaks to."""

    arrivals: list[Arrival] = field(default_factory=list)
    due: list[Line] = field(default_factory=list)
    beat: bool = False
    ask: bool = False
    left: list[Line] = field(default_factory=list)

    @property
    def is_probe(self) -> bool:
        """Whether it only shows if the books can be written."""
        return self.beat and not (self.arrivals or self.due or self.ask or self.left)


@dataclass(frozen=True)
class _Failure:
    """of_the_books: what was to be booked is not why; fenced: others have taken chargers over."""

    error: BooksError
    of_the_books: bool
    fenced: bool = False


class Work:
    """See the docstring of this module."""

    def __init__(
        self, store: Store, lines: Lines, tell: Tell, clock: Clock, observer: Observer, shared: Shared
    ) -> None:
        self._store = store
        self._shared = shared
        # After a fence, until it is known who has what.
        self._again_at = float("-inf")
        self._observer = observer
        self._clock = clock
        self._lines = lines
        self._tell = tell
        self._outage = Outage()
        self._told_online = True
        # What failed although others did not, and how often.
        self._tries: Counter[Arrival] = Counter()

    @property
    def calm(self) -> bool:
        """Nothing has failed lately."""
        return not self._outage.active and not self._tries

    @property
    def again_at(self) -> float:
        """When, by the steady clock, something may be done again."""
        return max(self._outage.again_at, self._again_at)

    def do(self, work: Part) -> list[Arrival]:
        """Returns what could not be done, and is to be tried again."""
        now = self._clock.steady()
        fresh = [each for each in work.arrivals if each.frame is None or now - each.at <= TOO_OLD_S]
        if too_old := len(work.arrivals) - len(fresh):
            self._outage.dropped += too_old
            self._observer.dropped("age", too_old)
        if self.calm:
            return self._carry_out([Part(fresh, work.due, work.beat, work.ask, work.left)])
        # First whether the books can be written. Neither that this process works nor somebody's calls wait for a charger
        # whose frames fail.
        parts = [Part(beat=True), Part(ask=True), *_by_charger(fresh)]
        parts[2:2] = [Part(left=work.left)] if work.left else []
        return self._carry_out([*parts, Part(due=work.due)] if work.due else parts)

    def available(self, online: bool) -> None:
        """Tell all chargers that are connected."""
        for line in self._lines:
            if line.link is not None and self._shared.holds(line.serial):
                line.link.available(online)

    def _carry_out(self, parts: list[Part]) -> list[Arrival]:
        began = self._clock.steady()
        failed: list[Part] = []
        again: list[Arrival] = []
        failure: _Failure | None = None
        kept = False
        for part in parts:
            if failure is not None and not kept and (failure.of_the_books or len(failed) >= _TRIES):
                failed.append(part)  # no need to try with every charger
                continue
            found = self._attempt(part)
            if found is None:
                kept = True
            elif found.fenced:
                kept = True  # they can be written
                again += self._once_more(part)
            else:
                failure = _Failure(found.error, found.of_the_books or part.is_probe)
                failed.append(part)
        if failure is not None and not kept and not failure.of_the_books:
            # Whether it is the books, or what was to be booked.
            kept = self._attempt(Part(beat=True)) is None
        # Each attempt may have waited for seconds.
        now = self._clock.steady()
        if kept:
            self._tell_books(self._outage.kept(now))
        if failure is None:
            self._tries.clear()
            return again
        for part in failed:
            for line in part.due:
                self._lines.schedule(line)
            again += self._worth_another_try(part.arrivals, failure.error) if kept else part.arrivals
        self._outage.pause(now)
        if not kept:
            self._tell_books(self._outage.failed(failure.error, began, now))
        return again

    def _attempt(self, part: Part) -> _Failure | None:
        """One unit of work, without what makes our own code fail."""
        arrivals, due = part.arrivals, part.due
        while True:
            group = None
            began = self._clock.steady()
            try:
                with self._store.unit() as unit:
                    now = self._clock.unix()
                    group = Group(self._lines, unit, now, self._clock.steady())
                    for line in part.left:
                        group.left(line)
                    # By now the unit has its lease, which says at its end that none of these was taken away meanwhile.
                    for arrival in arrivals:
                        if self._shared.holds(arrival.serial):
                            unit.needs_lease()
                            group.arrived(arrival)
                        else:
                            # It may be one that lost() could not know of yet.
                            arrival.link.close(ELSEWHERE)
                    for line in due:
                        if self._shared.holds(line.serial):
                            unit.needs_lease()
                            group.due(line)
                    if part.beat:
                        unit.working(now)
                    if part.ask:
                        group.ask()
                    group.end()
            except FencedError as error:
                if group is not None:
                    group.lost()
                return _Failure(error, of_the_books=False, fenced=True)
            except BooksError as error:
                if group is not None:
                    group.lost()
                self._observer.failed("books")
                return _Failure(error, of_the_books=group is None)
            except Spoilt as spoilt:
                if group is not None:
                    group.lost()
                self._observer.failed("bug")
                self._observer.dropped("bug", int(spoilt.arrival is not None))
                arrivals = [each for each in arrivals if each is not spoilt.arrival]
                due = [line for line in due if spoilt.arrival is not None or line.serial != spoilt.serial]
                self._tell_bug(spoilt)
                continue
            except BaseException:
                if group is not None:
                    group.lost()
                raise
            kept = self._clock.steady()
            events = group.kept(self._told_online)
            self._observer.done(group.done(began, kept, self._clock.steady()))
            for event in events:
                self._tell(event)
            return None

    def _once_more(self, part: Part) -> list[Arrival]:
        """With the chargers that this process has still."""
        self._shared.doubt()
        self._again_at = self._clock.steady() + _FENCED_S
        for line in part.due:
            self._lines.schedule(line)
        return part.arrivals

    def _worth_another_try(self, arrivals: list[Arrival], error: BooksError) -> list[Arrival]:
        """Without those that failed too often while others were booked."""
        again = []
        for arrival in arrivals:
            self._tries[arrival] += 1
            if self._tries[arrival] < (_TRIES if arrival.frame is not None else _TRIES_OF_PRESENCE):
                again.append(arrival)
            else:
                del self._tries[arrival]
                self._observer.dropped("books", int(arrival.frame is not None))
                text = f"a frame cannot be booked, and those of others can: {error}"
                self._tell(Event("dropped", text, arrival.serial))
        return again

    def _tell_books(self, text: str) -> None:
        if text:
            self._tell(Event("books", text))
        if self._outage.online != self._told_online:
            self._told_online = self._outage.online
            self.available(self._told_online)

    def _tell_bug(self, spoilt: Spoilt) -> None:
        line = self._lines.get(spoilt.serial)
        if spoilt.arrival is None and line is not None:
            self._lines.forget(line)
        cause = spoilt.__cause__
        text = (
            f"a frame could not be handled and is dropped; a bug in chargerctl, please report it: {cause!r}"
        )
        self._tell(Event("bug", text, spoilt.serial))


def _by_charger(arrivals: list[Arrival]) -> list[Part]:
    parts: dict[str, Part] = {}
    for arrival in arrivals:
        parts.setdefault(arrival.serial, Part()).arrivals.append(arrival)
    return list(parts.values())
