# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is done in one unit of work: written into the books first, and only when they have kept it, sent and told."""

from __future__ import annotations

from chargerctl.central.books.interface import Books, BooksError, Outcome, Unit, WaitingCall
from chargerctl.central.conversation.ended import Ended
from chargerctl.central.desk.inbox import Arrival
from chargerctl.central.desk.line import Line
from chargerctl.central.desk.lines import Lines
from chargerctl.central.desk.link import Link, named
from chargerctl.central.desk.observer import Done
from chargerctl.central.desk.shared import ELSEWHERE
from chargerctl.events.event import Event

BELIEVED_S = 5.0
"""How long it may take until a charger is refused that the owner does not allow any more."""


class Spoilt(Exception):  # noqa: N818 (never seen by a user)
    """Our own code failed at one charger: a bug. The group is lost, and can be done again without what caused it."""

    def __init__(self, serial: str, arrival: Arrival | None = None) -> None:
        super().__init__(serial)
        self.serial = serial
        self.arrival = arrival


class Group:
    """Use it for one unit: arrived(), due(), ask() in any order, then end(); after the unit kept(), or lost(). `now` and
    `steady` are the two times of clock.py."""

    def __init__(self, lines: Lines, unit: Unit, now: float, steady: float) -> None:
        self._lines = lines
        self._unit = unit
        self._now = now
        self._steady = steady
        self._used: dict[str, Line] = {}
        # Whether they may speak; the link that they had.
        self._welcome: dict[str, bool] = {}
        self._links_before: dict[str, Link | None] = {}
        # Who may not speak any more, with the link that it had.
        self._expelled: list[tuple[Line, Link | None]] = []
        # Whom another process speaks to.
        self._left: list[Line] = []
        # Links that have been replaced.
        self._replaced: list[Link] = []
        self._to_send: list[tuple[Link, str]] = []
        self._came: list[Line] = []
        self._said_so: set[Line] = set()
        # Who may not speak, or not yet: an `offline` of earlier days must not keep them from asking.
        self._strangers: list[Arrival] = []
        self._calls: list[tuple[Line, WaitingCall]] = []
        self._events: list[Event] = []
        # To be counted: frames; when those arrived that are answered; what ended.
        self._frames = 0
        self._answered: list[float] = []
        self._ended: list[Ended] = []

    def arrived(self, arrival: Arrival) -> None:
        """Handle a frame, or that the charger came or went."""
        try:
            if arrival.frame is not None:
                self._frame(arrival, arrival.frame)
            elif arrival.online:
                self._connected(arrival)
            else:
                self._disconnected(arrival)
        except BooksError:
            raise
        except Exception as error:
            raise Spoilt(arrival.serial, arrival) from error

    def left(self, line: Line) -> None:
        """Another process speaks to it: what it was asked is over. Before anything else of that charger."""
        try:
            line.pages.open(self._unit.charger(line.serial))
            line.talk.disconnected()
            self._outcomes_of(line)
            if line.link is not None:
                # Unless the books have it from the other one already.
                self._unit.connected(line.serial, None, self._now)
            self._left.append(line)
        except BooksError:
            raise
        except Exception as error:
            raise Spoilt(line.serial) from error

    def due(self, line: Line) -> None:
        """Send what is due to it, and notice what it did not answer."""
        try:
            if self._use(line.serial) is line:
                self._answer(line, line.talk.due(self._now, self._steady))
        except BooksError:
            raise
        except Exception as error:
            raise Spoilt(line.serial) from error

    def ask(self) -> None:
        """Take up the calls that somebody asked for."""
        for call in self._unit.waiting_calls(self._now):
            line = self._lines.get(call.serial)
            if line is None or line.link is None or self._use(call.serial) is not line:
                outcome = Outcome(error="NotConnected", detail="the charger is not connected")
                self._ended.append(Ended(True, call.action, outcome.error))
                self._outcome(call.serial, call.id, call.action, outcome)
            else:
                self._calls.append((line, call))

    def end(self) -> None:
        """Book who is connected, and what became of calls."""
        for line in self._used.values():
            self._book_link(line)
            self._outcomes_of(line)

    def kept(self, online: bool) -> list[Event]:
        """The books have it: send. online: whether chargers that came are told so. Returns what is to be told."""
        for line in [*self._left, *(line for line, _ in self._expelled)]:
            self._ended += line.take_ended()
            self._lines.forget(line)
        for line in self._left:
            if line.link is not None:
                line.link.close(ELSEWHERE)
        came = {line.serial for line in self._came}
        for serial, line in self._used.items():
            line.talk.saved()
            self._ended += line.take_ended()
            self._events += line.take_events(self._steady)
            if not self._welcome[serial]:
                self._lines.forget(line)
                continue
            if self._lines.get(serial) is None:
                self._lines.keep(line)
                came.add(serial)
            if serial in came and line.link is not None:
                line.link.available(online)
            self._lines.schedule(line)
        for link, frame in self._to_send:
            link.send(frame)
        for link in self._replaced:
            link.close("the charger has a newer connection")
        for _, old in self._expelled:
            if old is not None:
                old.available(None)
                old.close("the charger is not allowed any more")
        for line, call in self._calls:
            line.ask(call)
            self._lines.schedule(line)
        for stranger in self._strangers:
            if self._lines.get(stranger.serial) is None:
                stranger.link.available(None)
        for line in self._came:
            self._events += line.came(self._steady)
        return self._events

    def done(self, began: float, kept: float, now: float) -> Done:
        """What there is to count after kept(). By the steady clock: when the unit began, and was kept."""
        ended = [
            (each, None if each.sent_at is None else self._steady - each.sent_at) for each in self._ended
        ]
        return Done(self._frames, kept - began, [now - at for at in self._answered], ended)

    def lost(self) -> None:
        """Nothing of it has happened."""
        for serial, line in self._used.items():
            line.lost()
            line.link = self._links_before[serial]
            self._lines.schedule(line)
        for line in [*self._left, *(line for line, _ in self._expelled)]:
            line.lost()
            self._lines.schedule(line)

    def _use(self, serial: str) -> Line:
        line = self._used.get(serial)
        if line is None:
            books = self._unit.charger(serial)
            line = self._lines.get(serial)
            if line in self._left:
                line = None
            welcome = line is not None and self._steady - line.welcome_at < BELIEVED_S
            if not welcome:
                welcome = books.registered()
                if line is not None and not welcome:
                    self._expel(line, books)
                    line = None
                line = line or self._lines.new(serial, self._steady)
                if welcome:
                    line.welcome_at = self._steady
            assert line is not None
            line.pages.open(books)
            self._welcome[serial] = welcome
            self._links_before[serial] = line.link
            self._used[serial] = line
        return line

    def _expel(self, line: Line, books: Books) -> None:
        """It is as if it had gone: what it sends from now on is a stranger's."""
        line.pages.open(books)
        line.talk.disconnected()
        self._outcomes_of(line)
        self._expelled.append((line, line.link))
        if line.link is not None:
            self._unit.connected(line.serial, None, self._now)
            self._events.append(Event("disconnected", "is not allowed any more", line.serial))

    def _frame(self, arrival: Arrival, frame: str | bytes) -> None:
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        first = arrival.serial not in self._used
        line = self._use(arrival.serial)
        self._linked(line, arrival.link)
        line.heard_at = self._steady
        if self._welcome[arrival.serial]:
            if first:
                self._unit.seen(arrival.serial, self._now)
            self._unit.frame(arrival.serial, False, text, self._now)
        self._frames += 1
        answers = line.talk.handle(text, self._now)
        if answers:
            self._answered.append(arrival.at)
        self._answer(line, answers)

    def _answer(self, line: Line, frames: list[str]) -> None:
        for frame in frames:
            if self._welcome[line.serial]:
                self._unit.frame(line.serial, True, frame, self._now)
            if line.link is not None:
                self._to_send.append((line.link, frame))

    def _connected(self, arrival: Arrival) -> None:
        line = self._use(arrival.serial)
        if not self._welcome[arrival.serial]:
            self._strangers.append(arrival)
            return
        self._linked(line, arrival.link)
        line.heard_at = self._steady
        line.talk.connected()
        self._said_so.add(line)
        self._came.append(line)
        self._events.append(
            Event("connected", f"connected over {named(arrival.link.transport)}", arrival.serial)
        )

    def _disconnected(self, arrival: Arrival) -> None:
        line = self._lines.get(arrival.serial)
        if line is None or line.link != arrival.link:
            return
        if self._use(arrival.serial) is not line:
            return
        line.link = None
        line.talk.disconnected()
        self._unit.connected(arrival.serial, None, self._now)
        self._events.append(Event("disconnected", "disconnected", arrival.serial))

    def _linked(self, line: Line, link: Link) -> None:
        """The newest connection counts."""
        if line.link is not None and line.link != link:
            self._replaced.append(line.link)
        line.link = link

    def _book_link(self, line: Line) -> None:
        """Also of a charger that was a stranger when it connected, or whose coming nobody has reported."""
        is_new = self._lines.get(line.serial) is None or line.link != self._links_before[line.serial]
        if line.link is not None and self._welcome[line.serial] and (is_new or line in self._said_so):
            self._unit.connected(line.serial, line.link.transport, self._now)

    def _outcomes_of(self, line: Line) -> None:
        for call, action, outcome in line.take_outcomes():
            self._outcome(line.serial, call, action, outcome)

    def _outcome(self, serial: str, call: int, action: str, outcome: Outcome) -> None:
        self._unit.answered(call, outcome, self._now)
        status = (outcome.answer or {}).get("status")
        details = {"call": call, "action": action, "status": status, "error": outcome.error}
        text = f"{action}: {outcome.failure or status or 'answered'}"
        self._events.append(Event("call", text, serial, details))
