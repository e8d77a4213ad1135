# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The conversation with one charge point: frames in, frames out, no I/O and no clock of its own.

    central = Conversation(books=...)            # without books: those of a simulated charger, in memory
    answers = central.handle(frame, now)         # now: Unix time, seconds
    central.ask(key, "Reset", {"type": "Soft"}, timeout_s=30)
    late = central.due(now)                      # delayed answers, the next call; something is due at central.next_due

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

import hashlib
import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from chargerctl.central.asking import Asking, Call, frame_of
from chargerctl.central.books.interface import Books, Outcome
from chargerctl.central.defaults import CALLS, timestamp
from chargerctl.central.kept import Kept, Memory
from chargerctl.central.ledger import Ledger, whole
from chargerctl.central.manner import SIMULATED, Manner
from chargerctl.central.schemas import (
    ACTIONS,
    CALL,
    CALL_ERROR,
    CALL_RESULT,
    ERROR_CODES,
    FrameError,
    check_payload,
    parse,
    storable,
)
from chargerctl.central.script import USUAL, Behaviour, Script

MAX_FRAME_BYTES = 256 * 1024
# Of what a charger did wrong, this much is kept: the last violations, and the beginning of each frame.
KEPT_VIOLATIONS = 64
KEPT_CHARACTERS = 4096
# Of the text of a CALLERROR; OCPP 1.6 has no limit, 2.0.1 has this one.
MAX_DESCRIPTION = 255


@dataclass(frozen=True)
class Violation:
    """Something the charger sent that OCPP 1.6 does not allow: the schema's reason, and the frame or its beginning."""

    reason: str
    frame: str


@dataclass(frozen=True)
class _Received:
    """A call of the charger: a digest of its frame, and its answer's payload once there was one that is valid."""

    digest: bytes
    answer: Any = None


class Conversation:
    """See the docstring of this module."""

    def __init__(
        self,
        heartbeat_interval: int = 300,
        on_violation: Callable[[Violation], object] = lambda violation: None,
        books: Books | None = None,
        *,
        on_outcome: Callable[[Any, Outcome], object] = lambda key, outcome: None,
        manner: Manner = SIMULATED,
        serial: str = "",
        id_prefix: str = "csms",
    ) -> None:
        """`on_outcome(key, outcome)` is called once for each ask(), inside of handle(), due() or disconnected(). `serial` is
        the charger's name on its topic or path. `id_prefix` begins the ids of calls, at most 24 characters. For real
        chargers each conversation needs one of its own: an id is never used again, also after a restart (J 4.1.4)."""
        self.heartbeat_interval = heartbeat_interval
        self.ledger = Ledger()
        self._books = books or self.ledger
        self.violations: deque[Violation] = deque(maxlen=KEPT_VIOLATIONS)
        # Last StatusNotification by connector, as received.
        self.statuses: dict[int, dict[str, Any]] = {}
        # How far its clock is from UTC.
        self.clock_offset_s = 0.0
        self._on_violation = on_violation
        self._on_outcome = on_outcome
        self._manner = manner
        self._serial = serial
        self._id_prefix = id_prefix
        self.script = Script()
        self._late: list[tuple[float, int, str]] = []
        self._received: Memory[_Received] = Memory(manner.remembered)
        # What its last BootNotification was answered with.
        self._registration = Kept("")
        self._asking = Asking(self._numbered)
        # Our calls by their ids: action and payload.
        self._called: Memory[tuple[str, Any]] = Memory(manner.remembered)
        self._triggered: set[str] = set()
        self._count = 0

    @property
    def registered(self) -> bool:
        return self._registration.value == "Accepted"

    # What goes to the charger.

    def ask(self, key: Any, action: str, payload: dict[str, Any], timeout_s: float) -> None:
        """Queue a call: due() sends it when no other is outstanding. `payload` is valid. `on_outcome` gets its outcome. Call
        it outside a unit of work: lost() does not take it back."""
        self._asking.ask(Call(action, payload, timeout_s, partial(self._on_outcome, key)), for_good=True)

    def call(self, action: str, payload: object = None) -> str:
        """A CALL for the charger, at once, with `payload` as it is, or a valid default."""
        if payload is None:
            payload = self._default_call(action)
        return self._numbered(action, payload)[1]

    def sent(self, frame: str) -> None:
        """Remember a call that was sent to the charger, so that its answer is recognised. Other texts are ignored."""
        try:
            message = parse(frame)
        except FrameError:
            return
        if message[0] == CALL:
            self._remember_call(*message[1:])

    def due(self, now: float) -> list[str]:
        """Delayed answers that are due, and the next call. A call whose time is over ends."""
        frames = []
        while self._late and self._late[0][0] <= now:
            frames.append(heapq.heappop(self._late)[2])
        return frames + self._asking.due(now)

    @property
    def next_due(self) -> float | None:
        """Unix time at which due() has something to do, 0 for at once, None for never."""
        times = [self._late[0][0]] if self._late else []
        if self._asking.next_due is not None:
            times.append(self._asking.next_due)
        return min(times, default=None)

    def connected(self) -> None:
        """It can be sent to (again)."""
        self._asking.connected()

    def disconnected(self) -> None:
        """It cannot: its calls are over, the outstanding one and those that wait."""
        self._asking.disconnected()

    # The books.

    def saved(self) -> None:
        """The books have kept what was handled."""
        for each in (self._received, self._registration, self._asking):
            each.saved()

    def lost(self) -> None:
        """The books have not kept what was handled since the last saved()."""
        for each in (self._received, self._registration, self._asking):
            each.lost()

    def restart(self) -> None:
        """Without its database: transactionIds begin at 1 again."""
        self._books = self.ledger = Ledger()
        self._received.clear()

    # What comes from the charger.

    def handle(self, frame: str | bytes, now: float) -> list[str]:
        """Take one frame of the charger; return what to send at once."""
        self._asking.connected()
        if len(frame) > MAX_FRAME_BYTES:
            beginning = frame[:KEPT_CHARACTERS]
            self._violated(f"a frame of {len(frame):,} bytes, at most {MAX_FRAME_BYTES:,} allowed", beginning)
            return []
        text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        try:
            message = parse(text)
            payload = storable(message[-1]) if _may_be_unstorable(text) else message[-1]
        except FrameError as error:
            self._violated(str(error), text)
            return []
        if payload != message[-1]:
            self._violated("a NUL character, or half of a surrogate pair", text)
            message[-1] = payload
        if message[0] == CALL:
            return self._handle_call(message, text, now)
        self._handle_answer(message, text, now)
        return []

    def _handle_call(self, message: list[Any], text: str, now: float) -> list[str]:
        _kind, call_id, action, payload = message
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        before = self._received.get(call_id) or _Received(digest)
        answered = before.answer
        if before.digest != digest:
            self._violated(f"message id {call_id!r} is used for two different calls", text)
            answered = None
        try:
            self._admit(action, text)
            check_payload(CALL, action, payload)
            usual = self._usual_answer(action, payload, now) if answered is None else answered
        except FrameError as error:
            self._violated(str(error), text)
            reason = str(error)[:MAX_DESCRIPTION]
            return self._send(USUAL, [CALL_ERROR, call_id, error.code, reason, {}], now)
        self._received.remember(call_id, _Received(digest, answered))
        behaviour = self.script.next(action)
        if behaviour.silent:
            return []
        if behaviour.raw:
            return self._send(behaviour, behaviour.raw, now)
        if behaviour.error:
            return self._send(behaviour, [CALL_ERROR, call_id, behaviour.error, "from the script", {}], now)
        answer = usual | dict(behaviour.changes or {}) if behaviour.payload is ... else behaviour.payload
        if answered is None:
            self._book(action, payload, answer, now)
            if _is_usable(action, answer):
                self._received.remember(call_id, _Received(digest, answer))
        return self._send(behaviour, [CALL_RESULT, call_id, answer], now)

    def _send(self, behaviour: Behaviour, frame: list[Any] | str, now: float) -> list[str]:
        """Frames that go out at once; those that are late are kept."""
        frames = [frame if isinstance(frame, str) else frame_of(frame)] * behaviour.copies
        if not behaviour.delay_s:
            return frames
        for each in frames:
            self._count += 1
            heapq.heappush(self._late, (now + behaviour.delay_s, self._count, each))
        return []

    def _admit(self, action: str, text: str) -> None:
        """Before a BootNotification is accepted a charger sends only what is triggered (OCPP 1.6, 4.2). One that was
        accepted before we were started does not boot again."""
        if self.registered or action == "BootNotification" or action in self._triggered:
            return
        if self._registration.value == "" and self._books.registered():
            self._registration.value = "Accepted"
            return
        reason = f"{action} before BootNotification was accepted"
        if self._manner.refuses_strangers:
            raise FrameError("SecurityError", reason)
        self._violated(reason, text)

    def _usual_answer(self, action: str, payload: dict[str, Any], now: float) -> dict[str, Any]:
        books = self._books
        if action == "BootNotification":
            status = books.registration(payload, now)
            time = timestamp(now + self.clock_offset_s)
            return {"status": status, "currentTime": time, "interval": self.heartbeat_interval}
        if action == "Heartbeat":
            return {"currentTime": timestamp(now + self.clock_offset_s)}
        if action == "Authorize":
            return {"idTagInfo": books.id_tag_info(payload["idTag"], now)}
        if action == "StartTransaction":
            info = books.id_tag_info(payload["idTag"], now)
            return {"transactionId": books.transaction_id(payload), "idTagInfo": info}
        if action == "StopTransaction":
            return {"idTagInfo": books.id_tag_info(payload["idTag"], now)} if "idTag" in payload else {}
        if action in self._manner.answers:
            return dict(self._manner.answers[action])
        raise FrameError("NotSupported", f"a charge point does not call {action}")

    def _book(self, action: str, payload: dict[str, Any], answer: Any, now: float) -> None:
        """Record the effect of a call, given the answer to it."""
        if action == "BootNotification":
            status = answer.get("status") if isinstance(answer, dict) else None
            self._registration.value = str(status)
        elif action == "StatusNotification":
            self.statuses[payload["connectorId"]] = payload
        self._books.book(action, payload, answer, now)

    def _handle_answer(self, message: list[Any], text: str, now: float) -> None:
        if message[0] == CALL_ERROR and message[2] not in ERROR_CODES:
            self._violated(f"{message[2]!r} is not an error code", text)
        asked = self._called.get(message[1])
        if asked is None:
            # OCPP-J leaves open which id a CALLERROR for an unreadable call carries; "-1" is customary.
            if not (message[0] == CALL_ERROR and message[1] == "-1"):
                self._violated(f"answer to {message[1]!r}, which is not the id of a call", text)
            return
        action, payload = asked
        if message[0] == CALL_ERROR:
            outcome = Outcome(error=message[2][:MAX_DESCRIPTION], detail=message[3][:MAX_DESCRIPTION])
        elif action not in ACTIONS:
            outcome = Outcome(answer=message[2])
        else:
            try:
                check_payload(CALL_RESULT, action, message[2])
                self._books.told(action, payload, message[2], now)
                outcome = Outcome(answer=message[2])
            except FrameError as error:
                self._violated(str(error), text)
                outcome = Outcome(error="InvalidAnswer", detail=str(error))
        self._asking.answered(message[1], outcome)

    def _numbered(self, action: str, payload: Any) -> tuple[str, str]:
        """A new call: its id, and its frame."""
        self._count += 1
        call_id = f"{self._id_prefix}-{self._count}"
        self._remember_call(call_id, action, payload)
        return call_id, frame_of([CALL, call_id, action, payload])

    def _remember_call(self, call_id: str, action: str, payload: Any) -> None:
        self._called.remember(call_id, (action, payload))
        if action in ("TriggerMessage", "ExtendedTriggerMessage") and isinstance(payload, dict):
            self._triggered.add(str(payload.get("requestedMessage")))

    def _default_call(self, action: str) -> dict[str, Any]:
        payload = CALLS.get(action, {})
        if action == "RemoteStopTransaction" and self.ledger.running is not None:
            return {"transactionId": self.ledger.running.id}
        return payload

    def _violated(self, reason: str, frame: str | bytes) -> None:
        text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        violation = Violation(reason[:KEPT_CHARACTERS], text[:KEPT_CHARACTERS])
        self.violations.append(violation)
        self._on_violation(violation)


def _may_be_unstorable(text: str) -> bool:
    """JSON spells both as an escape; text that comes from elsewhere than a link may have them as they are."""
    return "\\u" in text or not text.isprintable()


def _is_usable(action: str, answer: Any) -> bool:
    """A charger can do with the answer; a schema has no bounds for a number."""
    try:
        check_payload(CALL_RESULT, action, answer)
    except FrameError:
        return False
    return action != "StartTransaction" or whole(answer["transactionId"]) is not None
