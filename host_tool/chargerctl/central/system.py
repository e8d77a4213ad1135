# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system for one charge point: frames in, frames out, no I/O and no clock of its own.

    central = CentralSystem()
    answers = central.handle(frame, now)         # now: Unix time, seconds
    late = central.due(now)                      # delayed answers; the next one is due at central.next_due
    frame = central.call("Reset", {"type": "Soft"})

It accepts everything, unless `script` has another Behaviour for an action. It checks what the charger sends against
the schemas (`violations`). What it sends itself is valid, except for payloads from the script.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chargerctl.central.defaults import CALLS, PLAIN_ANSWERS, timestamp
from chargerctl.central.ledger import Ledger
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


class CentralSystem:
    """See the docstring of this module."""

    def __init__(
        self,
        heartbeat_interval: int = 300,
        on_violation: Callable[[Violation], object] = lambda violation: None,
    ) -> None:
        self.heartbeat_interval = heartbeat_interval
        self.ledger = Ledger()
        self.violations: list[Violation] = []
        # Last StatusNotification by connector, as received.
        self.statuses: dict[int, dict[str, Any]] = {}
        self.registered = False
        # How far its clock is from UTC.
        self.clock_offset_s = 0.0
        self._on_violation = on_violation
        self.script = Script()
        self._late: list[tuple[float, int, str]] = []
        self._answered: dict[str, tuple[str, list[str]]] = {}
        self._called: dict[str, str] = {}
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

    def restart(self) -> None:
        """Without its database: transactionIds begin at 1 again."""
        self.ledger = Ledger()
        self._answered.clear()

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
        if call_id in self._answered:
            before, answers = self._answered[call_id]
            if before != text:
                self._violated(f"message id {call_id!r} is used for two different calls", text)
            return answers
        if not self.registered and action not in ("BootNotification", *self._triggered()):
            self._violated(f"{action} before BootNotification was accepted", text)
        try:
            check_payload(CALL, action, payload)
            usual = self._usual_answer(action, payload, now)
        except FrameError as error:
            self._violated(str(error), text)
            return self._answer(call_id, text, USUAL, [CALL_ERROR, call_id, error.code, str(error), {}], now)
        behaviour = self.script.next(action)
        if behaviour.silent:
            return []
        frame: list[Any] | str
        if behaviour.raw:
            frame = behaviour.raw
        elif behaviour.error:
            frame = [CALL_ERROR, call_id, behaviour.error, "from the script", {}]
        else:
            answer = usual | dict(behaviour.changes or {}) if behaviour.payload is ... else behaviour.payload
            self._book(action, payload, answer)
            frame = [CALL_RESULT, call_id, answer]
        return self._answer(call_id, text, behaviour, frame, now)

    def _answer(
        self, call_id: str, text: str, behaviour: Behaviour, frame: list[Any] | str, now: float
    ) -> list[str]:
        frames = [frame if isinstance(frame, str) else _text(frame)] * behaviour.copies
        _remember(self._answered, call_id, (text, frames))
        if not behaviour.delay_s:
            return frames
        for each in frames:
            self._count += 1
            heapq.heappush(self._late, (now + behaviour.delay_s, self._count, each))
        return []

    def _usual_answer(self, action: str, payload: dict[str, Any], now: float) -> dict[str, Any]:
        accepted = {"status": "Accepted"}
        if action == "BootNotification":
            time = timestamp(now + self.clock_offset_s)
            return {"status": "Accepted", "currentTime": time, "interval": self.heartbeat_interval}
        if action == "Heartbeat":
            return {"currentTime": timestamp(now + self.clock_offset_s)}
        if action == "Authorize":
            return {"idTagInfo": accepted}
        if action == "StartTransaction":
            return {"transactionId": self.ledger.id_for(payload), "idTagInfo": accepted}
        if action == "StopTransaction":
            return {"idTagInfo": accepted} if "idTag" in payload else {}
        if action in PLAIN_ANSWERS:
            return PLAIN_ANSWERS[action]
        raise FrameError("NotSupported", f"a charge point does not call {action}")

    def _book(self, action: str, payload: dict[str, Any], answer: Any) -> None:
        """Record the effect of a call, given the answer to it."""
        status = _dig(answer, "idTagInfo", "status")
        if action == "BootNotification":
            self.registered = _dig(answer, "status") == "Accepted"
        elif action == "StatusNotification":
            self.statuses[payload["connectorId"]] = payload
        elif action == "StartTransaction" and status == "Accepted":
            transaction_id = _dig(answer, "transactionId")
            if isinstance(transaction_id, int):
                self.ledger.started(transaction_id, payload)
        elif action == "StopTransaction":
            self.ledger.stopped(payload)

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

    def _triggered(self) -> tuple[str, ...]:
        """Actions that are allowed before a BootNotification was accepted (OCPP 1.6, 4.2: if triggered)."""
        return tuple(ACTIONS) if "TriggerMessage" in self._called.values() else ()

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


def _remember(table: dict[str, Any], key: str, value: Any) -> None:
    table[key] = value
    if len(table) > REMEMBERED_CALLS:
        del table[next(iter(table))]


def _dig(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
