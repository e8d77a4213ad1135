# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The conversation with one charge point: frames in, frames out, no I/O and no clock of its own.

    central = Conversation(books=...)            # without books: those of a simulated charger, in memory
    answers = central.handle(frame, now)         # now: Unix time, seconds
    central.ask(key, "Reset", {"type": "Soft"}, timeout_s=30)
    late = central.due(now)                      # delayed answers, the next call; something is due at central.next_due

Where dates may be set, due() also gets the time of a clock that never jumps: next_due is of that one then. A script that
delays answers needs one clock for all.

The books decide what is answered, unless `script` has another Behaviour for an action. It checks what the charger sends
against the schemas (`violations`). What it sends itself is valid, except for payloads from the script.

A charger sends a message again whose answer it did not get, also after a restart. The same frame with the same id is the
same message: it is booked once and gets the same answer. Silence, delays, errors and unusable answers of the script belong
to one transmission: the next one of that message gets what the script has then.

Whose books are kept in units of work calls handle() and due() inside one, sends their frames after it, and calls saved() or
lost(). After lost() it is as if the frames since the last saved() had never come and nothing had become due: the same frames
may be handled again. Only BooksError leaves handle() and due().
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from chargerctl.central.books.interface import Books, Outcome
from chargerctl.central.books.masking import masked, without_secret_of
from chargerctl.central.conversation.answers import is_usable, usual_answer
from chargerctl.central.conversation.asking import Asking, Call, frame_of
from chargerctl.central.conversation.delivery import Delivery
from chargerctl.central.conversation.ended import RESULT, VIOLATION, Ended
from chargerctl.central.conversation.ledger import Ledger
from chargerctl.central.conversation.manner import SIMULATED, Manner
from chargerctl.central.conversation.our_calls import Called, OurCalls
from chargerctl.central.conversation.registration import Registration
from chargerctl.central.conversation.repetition import Repetitions
from chargerctl.central.conversation.script import USUAL, Behaviour, Script
from chargerctl.central.conversation.violation import Violation, Violations
from chargerctl.central.messages.defaults import CALLS
from chargerctl.central.messages.schemas import (
    ACTIONS,
    CALL,
    CALL_ERROR,
    CALL_RESULT,
    ERROR_CODES,
    FrameError,
    check_payload,
    may_be_unstorable,
    parse,
    storable,
)
from chargerctl.ocppj import size_of, too_large

# Of the text of a CALLERROR; OCPP 1.6 has no limit, 2.0.1 has this one.
MAX_DESCRIPTION = 255
# Of a reported one; those of OCPP have 32 at most.
_LONGEST_ACTION = 50

# Their answers have the time in them, so they are always new. Chargers number their messages anew when they boot.
_TIMELY = ("BootNotification", "Heartbeat")


class Conversation:
    """See the docstring of this module."""

    def __init__(
        self,
        heartbeat_interval: int = 300,
        on_violation: Callable[[Violation], object] = lambda violation: None,
        books: Books | None = None,
        *,
        on_outcome: Callable[[Any, Outcome], object] = lambda key, outcome: None,
        on_refused: Callable[[Mapping[str, str]], object] = lambda keys: None,
        on_ended: Callable[[Ended], object] = lambda ended: None,
        manner: Manner = SIMULATED,
        id_prefix: str = "csms",
    ) -> None:
        """`on_outcome(key, outcome)` is called once for each ask(), inside of handle(), due() or disconnected(). So is
        `on_refused({key: why})`, with what the charger did not take of the profile (first_calls.py), and `on_ended(ended)`
        for each call of either side, unless a script has answered it. `id_prefix` begins the ids of calls, at most 24
        characters. For real chargers each conversation needs one of its own: an id is never used again, also after a
        restart (OCPP-J 4.1.4)."""
        self.heartbeat_interval = heartbeat_interval
        self.ledger = Ledger()
        self._books = books or self.ledger
        # How far its clock is from UTC.
        self.clock_offset_s = 0.0
        self.script = Script()
        self._violations = Violations(on_violation)
        self._on_outcome = on_outcome
        self._on_ended = on_ended
        self._manner = manner
        self._delivery = Delivery()
        self._calls = OurCalls(id_prefix, manner.remembered)
        # What goes with the books: saved() and lost() are passed on to all of these.
        self._received = Repetitions(manner.remembered)
        self._asking = Asking(self._calls.new, on_ended)
        self._registration = Registration(self._books, manner, self._asking, self._calls, on_refused)

    # What goes to the charger.

    def ask(self, key: Any, action: str, payload: dict[str, Any], timeout_s: float) -> None:
        """Queue a call: due() sends it when no other is outstanding. `payload` is valid. `on_outcome` gets its outcome,
        unless the books do not want it sent any more when it is its turn. Call it outside a unit of work: lost() does not
        take it back."""
        done, wanted = partial(self._on_outcome, key), partial(self._books.sending, key)
        self._asking.ask(Call(action, payload, timeout_s, done, wanted=wanted), for_good=True)

    def call(self, action: str, payload: object = None) -> str:
        """A CALL for the charger, at once, with `payload` as it is, or a valid default."""
        if payload is None:
            payload = self._default_call(action)
        return self._calls.new(action, payload)[1]

    def sent(self, frame: str) -> None:
        """Remember a call that was sent to the charger, so that its answer is recognised. Other texts are ignored."""
        try:
            message = parse(frame)
        except FrameError:
            return
        if message[0] == CALL:
            self._calls.sent(*message[1:])

    def due(self, now: float, steady: float | None = None) -> list[str]:
        """Delayed answers that are due, and the next call. A call whose time is over ends. steady: what waits, waits by it;
        None: by `now`."""
        steady = now if steady is None else steady
        return self._delivery.due(steady) + self._asking.due(now, steady)

    @property
    def next_due(self) -> float | None:
        """When due() has something to do, 0 for at once, None for never."""
        times = (self._delivery.next_due, self._asking.next_due)
        return min((each for each in times if each is not None), default=None)

    def connected(self) -> None:
        """It can be sent to (again)."""
        self._asking.connected()

    def disconnected(self) -> None:
        """It cannot: its calls are over, the outstanding one and those that wait. Its own ids begin anew (OCPP-J 4.1.4)."""
        self._received.clear()
        self._asking.disconnected()

    @property
    def violations(self) -> deque[Violation]:
        """The last ones, at most 64."""
        return self._violations.kept

    # The books.

    def saved(self) -> None:
        """The books have kept what was handled."""
        for each in (self._received, self._asking, self._registration):
            each.saved()

    def lost(self) -> None:
        """The books have not kept what was handled since the last saved()."""
        for each in (self._received, self._asking, self._registration):
            each.lost()

    def restart(self) -> None:
        """A simulated one, without its database: transactionIds begin at 1 again."""
        self.ledger.restart()
        self._received.clear()

    @property
    def registered(self) -> bool:
        """Whether it was accepted."""
        return self._registration.accepted

    # What comes from the charger.

    def handle(self, frame: str | bytes, now: float) -> list[str]:
        """Take one frame of the charger; return what to send at once."""
        self._asking.connected()
        try:
            text, message = self._read(frame)
        except FrameError as error:
            self._violations.note(str(error), frame)
            self._on_ended(Ended(False, "", VIOLATION))
            return []
        if message[0] == CALL:
            return self._handle_call(message, text, now)
        self._handle_answer(message, text, now)
        return []

    def _read(self, frame: str | bytes) -> tuple[str, list[Any]]:
        """The frame as text and as a message; FrameError."""
        if reason := too_large(size_of(frame)):
            raise FrameError("FormationViolation", reason)
        text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        message = parse(text)
        if may_be_unstorable(text):
            before = message
            message = [*message[:2], *storable(message[2:])]
            if message != before:
                self._violations.note("a NUL character, or half of a surrogate pair", text)
        return text, message

    def _handle_call(self, message: list[Any], text: str, now: float) -> list[str]:
        _kind, call_id, action, payload = message
        answered, is_other = self._received.find(call_id, text)
        if is_other:
            self._violations.note(f"message id {call_id!r} is used for two different calls", text)
        try:
            if not self._registration.admit(action):
                self._violations.note(f"{action} before BootNotification was accepted", text)
            check_payload(CALL, action, payload)
            usual = self._usual_answer(action, payload, now) if answered is None else answered
        except FrameError as error:
            self._violations.note(str(error), text, f"{action[:_LONGEST_ACTION]}: {error.code}")
            reason = str(error)[:MAX_DESCRIPTION]
            self._on_ended(Ended(False, action, error.code))
            return [frame_of([CALL_ERROR, call_id, error.code, reason, {}])]
        behaviour = self.script.next(action)
        if behaviour is not USUAL:
            return self._scripted(behaviour, message, text, usual, answered is None, now)
        if answered is None:
            self._book(action, payload, usual, now)
            self._received.remember(call_id, text, None if action in _TIMELY else usual)
        self._on_ended(Ended(False, action, RESULT))
        return [frame_of([CALL_RESULT, call_id, usual])]

    def _scripted(
        self, behaviour: Behaviour, message: list[Any], text: str, usual: Any, is_new: bool, now: float
    ) -> list[str]:
        """The script has another answer to this call, or none. `is_new`: it has not got one yet that it can use."""
        _kind, call_id, action, payload = message
        if is_new:
            self._received.remember(call_id, text, None)
        if behaviour.silent:
            return []
        if behaviour.raw:
            return self._delivery.send(behaviour, behaviour.raw, now)
        if behaviour.error:
            error_frame = [CALL_ERROR, call_id, behaviour.error, "from the script", {}]
            return self._delivery.send(behaviour, error_frame, now)
        answer = usual | dict(behaviour.changes or {}) if behaviour.payload is ... else behaviour.payload
        if is_new:
            self._book(action, payload, answer, now)
            if action not in _TIMELY and is_usable(action, answer):
                self._received.remember(call_id, text, answer)
        return self._delivery.send(behaviour, [CALL_RESULT, call_id, answer], now)

    def _usual_answer(self, action: str, payload: dict[str, Any], now: float) -> dict[str, Any]:
        clock = now + self.clock_offset_s
        return usual_answer(self._books, self._manner, action, payload, now, clock, self.heartbeat_interval)

    def _book(self, action: str, payload: dict[str, Any], answer: Any, now: float) -> None:
        """Record the effect of a call, given the answer to it."""
        self._books.book(action, payload, answer, now)
        if action == "BootNotification":
            self._registration.answered(answer)

    def _handle_answer(self, message: list[Any], text: str, now: float) -> None:
        kind, call_id, *rest = message
        called = self._calls.get(call_id)
        # OCPP-J leaves open which id a CALLERROR for an unreadable call carries; "-1" is customary.
        if called is None and not (kind == CALL_ERROR and call_id == "-1"):
            self._violations.note(f"answer to {call_id!r}, which is not the id of a call", text)
        if kind == CALL_ERROR and rest[0] not in ERROR_CODES:
            self._violations.note(f"{rest[0]!r} is not an error code", text)
        if called is None:
            self._on_ended(Ended(False, "", VIOLATION))
            return
        if kind == CALL_ERROR:
            words = masked(without_secret_of(called.payload, rest[1]))
            code = rest[0] or "GenericError"  # without one it would look like success
            outcome = Outcome(error=code[:MAX_DESCRIPTION], detail=words[:MAX_DESCRIPTION])
        else:
            outcome = self._result(called, rest[0], text, now)
        self._asking.answered(call_id, outcome)

    def _result(self, called: Called, answer: dict[str, Any], text: str, now: float) -> Outcome:
        """The charger's CALLRESULT. A script may have called an action that no schema has."""
        if called.action not in ACTIONS:
            return Outcome(answer=answer)
        try:
            check_payload(CALL_RESULT, called.action, answer)
        except FrameError as error:
            self._violations.note(str(error), text, f"answer to {called.action}: {error.code}")
            return Outcome(error="InvalidAnswer", detail=masked(str(error))[:MAX_DESCRIPTION])
        self._books.told(called.action, called.payload, answer, now)
        return Outcome(answer=answer)

    def _default_call(self, action: str) -> dict[str, Any]:
        payload = CALLS.get(action, {})
        if action == "RemoteStopTransaction" and self.ledger.running is not None:
            return {"transactionId": self.ledger.running.id}
        return payload
