# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The conversation with one charge point: frames in, frames out, no I/O and no clock of its own.

    central = Conversation(books=...)            # without books: those of a simulated charger, in memory
    answers = central.handle(frame, now)         # now: Unix time, seconds
    late = central.due(now)                      # delayed answers; the next one is due at central.next_due
    frame = central.call("Reset", {"type": "Soft"})

The books decide what is answered, unless `script` has another Behaviour for an action. It checks what the charger sends
against the schemas (`violations`). What it sends itself is valid, except for payloads from the script.

A charger sends a message again whose answer it did not get, also after a restart. The same frame with the same id is the
same message: it is booked once and gets the same answer. Silence, delays, errors and unusable answers of the script belong
to one transmission: the next one of that message gets what the script has then.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chargerctl.central.books.interface import Books
from chargerctl.central.defaults import CALLS, PLAIN_ANSWERS, timestamp
from chargerctl.central.ledger import Ledger, whole
from chargerctl.central.schemas import (
    ACTIONS,
    CALL,
    CALL_ERROR,
    CALL_RESULT,
    FrameError,
    check_payload,
    parse,
)
from chargerctl.central.script import USUAL, Behaviour, Script

REMEMBERED_CALLS = 512


@dataclass(frozen=True)
class Violation:
    """Something the charger sent that OCPP 1.6 does not allow: the schema's reason, and the frame."""

    reason: str
    frame: str


class Conversation:
    """See the docstring of this module."""

    def __init__(
        self,
        heartbeat_interval: int = 300,
        on_violation: Callable[[Violation], object] = lambda violation: None,
        books: Books | None = None,
    ) -> None:
        self.heartbeat_interval = heartbeat_interval
        self.ledger = Ledger()
        self._books = books or self.ledger
        self.violations: list[Violation] = []
        # Last StatusNotification by connector, as received.
        self.statuses: dict[int, dict[str, Any]] = {}
        self.registered = False
        # How far its clock is from UTC.
        self.clock_offset_s = 0.0
        self._on_violation = on_violation
        self.script = Script()
        self._late: list[tuple[float, int, str]] = []
        # id -> the call's frame, and its answer's payload once there was one that is valid.
        self._received: dict[str, tuple[str, Any]] = {}
        self._called: dict[str, str] = {}
        self._triggered: set[str] = set()
        self._count = 0

    def call(self, action: str, payload: object = None) -> str:
        """A CALL for the charger, with `payload` as it is, or a valid default."""
        if payload is None:
            payload = self._default_call(action)
        self._count += 1
        frame = _text([CALL, f"csms-{self._count}", action, payload])
        self.sent(frame)
        return frame

    def sent(self, frame: str) -> None:
        """Remember a call that was sent to the charger, so that its answer is recognised. Other texts are ignored."""
        try:
            message = parse(frame)
        except FrameError:
            return
        if message[0] == CALL:
            _remember(self._called, message[1], message[2])
            if message[2] in ("TriggerMessage", "ExtendedTriggerMessage"):
                self._triggered.add(str(message[3].get("requestedMessage")))

    def restart(self) -> None:
        """Without its database: transactionIds begin at 1 again."""
        self._books = self.ledger = Ledger()
        self._received.clear()

    # What comes from the charger.

    def handle(self, frame: str | bytes, now: float) -> list[str]:
        """Take one frame of the charger; return what to send at once."""
        text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        try:
            message = parse(text)
        except FrameError as error:
            self._violated(str(error), text)
            return []
        if message[0] == CALL:
            return self._handle_call(message, text, now)
        self._handle_answer(message, text)
        return []

    def due(self, now: float) -> list[str]:
        """Delayed answers that are due."""
        frames = []
        while self._late and self._late[0][0] <= now:
            frames.append(heapq.heappop(self._late)[2])
        return frames

    @property
    def next_due(self) -> float | None:
        """Unix time of the next delayed answer."""
        return self._late[0][0] if self._late else None

    def _handle_call(self, message: list[Any], text: str, now: float) -> list[str]:
        _kind, call_id, action, payload = message
        before, answered = self._received.get(call_id, (text, None))
        if before != text:
            self._violated(f"message id {call_id!r} is used for two different calls", text)
            answered = None
        # Before a BootNotification is accepted a charger sends only what is triggered (OCPP 1.6, 4.2).
        if not self.registered and action != "BootNotification" and action not in self._triggered:
            self._violated(f"{action} before BootNotification was accepted", text)
        try:
            check_payload(CALL, action, payload)
            usual = self._usual_answer(action, payload, now) if answered is None else answered
        except FrameError as error:
            self._violated(str(error), text)
            return self._send(USUAL, [CALL_ERROR, call_id, error.code, str(error), {}], now)
        _remember(self._received, call_id, (text, answered))
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
                _remember(self._received, call_id, (text, answer))
        return self._send(behaviour, [CALL_RESULT, call_id, answer], now)

    def _send(self, behaviour: Behaviour, frame: list[Any] | str, now: float) -> list[str]:
        """Frames that go out at once; those that are late are kept."""
        frames = [frame if isinstance(frame, str) else _text(frame)] * behaviour.copies
        if not behaviour.delay_s:
            return frames
        for each in frames:
            self._count += 1
            heapq.heappush(self._late, (now + behaviour.delay_s, self._count, each))
        return []

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
        if action in PLAIN_ANSWERS:
            return PLAIN_ANSWERS[action]
        raise FrameError("NotSupported", f"a charge point does not call {action}")

    def _book(self, action: str, payload: dict[str, Any], answer: Any, now: float) -> None:
        """Record the effect of a call, given the answer to it."""
        if action == "BootNotification":
            self.registered = isinstance(answer, dict) and answer.get("status") == "Accepted"
        elif action == "StatusNotification":
            self.statuses[payload["connectorId"]] = payload
        self._books.book(action, payload, answer, now)

    def _handle_answer(self, message: list[Any], text: str) -> None:
        action = self._called.get(message[1])
        # OCPP-J leaves open which id a CALLERROR for an unreadable call carries; "-1" is customary.
        if action is None and not (message[0] == CALL_ERROR and message[1] == "-1"):
            self._violated(f"answer to {message[1]!r}, which is not the id of a call", text)
        elif message[0] == CALL_RESULT and action in ACTIONS:
            try:
                check_payload(CALL_RESULT, str(action), message[2])
            except FrameError as error:
                self._violated(str(error), text)

    def _default_call(self, action: str) -> dict[str, Any]:
        payload = CALLS.get(action, {})
        if action == "RemoteStopTransaction" and self.ledger.running is not None:
            return {"transactionId": self.ledger.running.id}
        return payload

    def _violated(self, reason: str, frame: str) -> None:
        violation = Violation(reason, frame)
        self.violations.append(violation)
        self._on_violation(violation)


def _text(message: list[Any]) -> str:
    return json.dumps(message, separators=(",", ":"), default=float)


def _is_usable(action: str, answer: Any) -> bool:
    """A charger can do with the answer; a schema has no bounds for a number."""
    try:
        check_payload(CALL_RESULT, action, answer)
    except FrameError:
        return False
    return action != "StartTransaction" or whole(answer["transactionId"]) is not None


def _remember(table: dict[str, Any], key: str, value: Any) -> None:
    table[key] = value
    if len(table) > REMEMBERED_CALLS:
        del table[next(iter(table))]
