# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books in memory, conversations that echo, and links that remember: what a desk needs, without its neighbours."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field

from chargerctl.central.books.interface import BooksError, FencedError, Outcome, WaitingCall
from chargerctl.central.conversation.ended import RESULT, Ended

NOW = 1_795_332_600.0


class Store:
    """Keeps what a unit wrote when it ends; `gone` fails every unit, `refuses(what)` those that write it."""

    def __init__(self) -> None:
        self.kept: list[tuple] = []
        self.known = {"c-1", "c-2", "c-3"}
        self.waiting: list[WaitingCall] = []
        self.gone = False
        self.has_lease = True
        self.accepts_all = False
        self.refuses = lambda what: False
        self.units = 0
        self.takes = lambda: None
        self.dates: list[float] = []

    @contextmanager
    def unit(self):
        self.takes()
        if self.gone:
            raise BooksError("no space left on device")
        unit = Unit(self)
        yield unit
        if any(self.refuses(each) for each in unit.written):
            raise BooksError("refused")
        self.units += 1
        self.kept += unit.written
        self.known |= unit.learnt
        self.waiting = [call for call in self.waiting if call not in unit.given]

    def outcomes(self) -> dict[int, Outcome]:
        return {what[1]: what[2] for what in self.kept if what[0] == "outcome"}

    def booked(self) -> list[str]:
        return [what[2] for what in self.kept if what[0] == "booked"]


class Unit:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.dates = store.dates
        self.written: list[tuple] = []
        self.given: list[WaitingCall] = []
        self.learnt: set[str] = set()
        self.accepts_all = store.accepts_all

    def known(self, serial):
        return serial in self._store.known | self.learnt

    def needs_lease(self):
        if not self._store.has_lease:
            raise FencedError("no lease")

    def charger(self, serial):
        return OneCharger(self, serial)

    def seen(self, serial, now):
        if self.known(serial):
            self.written.append(("seen", serial))

    def connected(self, serial, transport, now):
        self.written.append(("connected", serial, transport))

    def frame(self, serial, outgoing, text, now):
        self.dates.append(now)
        if self.known(serial):
            self.written.append(("frame", serial, text))

    def waiting_calls(self, now):
        self.given = list(self._store.waiting)
        return self.given

    def answered(self, call, outcome, now):
        self.written.append(("outcome", call, outcome))

    def working(self, now):
        self.written.append(("working",))


@dataclass
class OneCharger:
    unit: Unit
    serial: str

    def registration(self, boot, now):
        if self.unit.accepts_all:
            self.unit.learnt.add(self.serial)
        return "Accepted" if self.unit.known(self.serial) else "Rejected"

    def registered(self):
        return self.unit.accepts_all or self.unit.known(self.serial)

    def told(self, action, payload, answer, now):
        pass

    def sending(self, call, now):
        self.unit.dates.append(now)
        return True

    def id_tag_info(self, id_tag, now):
        return {"status": "Accepted"}

    def transaction_id(self, start):
        return 7

    def book(self, action, payload, answer, now):
        self.unit.written.append(("booked", self.serial, action))


class Talk:
    """Books the action of a frame, [2, id, action, payload], and answers with its id. "Crash" is a bug. A call is sent
    when it is due, and answered by any frame that is no CALL."""

    def __init__(self, books, on_violation, on_outcome, on_refused, on_ended) -> None:
        self.registered = False
        self.saves = self.losses = 0
        self._books = books
        self._on_outcome = on_outcome
        self._on_ended = on_ended
        self._asked: list[tuple[int, str]] = []
        self._outstanding: list[tuple[int, str, float]] = []

    @property
    def next_due(self):
        return 0.0 if self._asked else None

    def handle(self, frame, now):
        message = json.loads(frame)
        if message[0] != 2:
            key, action, sent_at = self._outstanding.pop(0)
            self._on_outcome(key, Outcome(answer=message[2]))
            self._on_ended(Ended(True, action, RESULT, sent_at))
            return []
        _, call_id, action, payload = message
        if action == "Crash":
            raise KeyError("a bug")
        answer = {}
        if action == "BootNotification":
            answer = {"status": self._books.registration(payload, now)}
            self.registered = answer["status"] == "Accepted"
        if action == "StartTransaction":
            answer = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}
        self._books.book(action, payload, answer, now)
        self._on_ended(Ended(False, action, RESULT))
        return [json.dumps([3, call_id, answer])]

    def due(self, now, steady):
        asked, self._asked = self._asked, []
        self._outstanding += [(*each, steady) for each in asked]
        return [json.dumps([2, f"call-{key}", action, {}]) for key, action in asked]

    def ask(self, key, action, payload, timeout_s):
        self._asked.append((key, action))

    def connected(self):
        pass

    def disconnected(self):
        pass

    def saved(self):
        self.saves += 1

    def lost(self):
        self.losses += 1


@dataclass(eq=False)
class Link:
    transport: str = "mqtt"
    sent: list[str] = field(default_factory=list)
    told: list[bool] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def send(self, frame):
        self.sent.append(frame)

    def close(self, reason):
        self.closed.append(reason)

    def available(self, online):
        self.told.append(online)


def call(action, number=1, **payload):
    return json.dumps([2, str(number), action, payload])


BOOT = call("BootNotification", chargePointVendor="GA Make", chargePointModel="C6")
