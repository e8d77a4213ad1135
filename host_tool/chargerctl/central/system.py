# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system for one charge point: frames in, frames out, no I/O and no clock of its own.

    central = CentralSystem()
    answers = central.handle(frame, now)         # now: Unix time, seconds
    late = central.due(now)                      # answers that were to be late; the next one at central.next_due
    frame = central.call("Reset", {"type": "Soft"})

It accepts everything, unless a script says otherwise (answer, error, silent, delay, duplicate: for the next `count`
calls of an action, None for all). It checks what the charger sends against the schemas: `violations`. What it sends
itself is valid, except for what a script has it say.
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
    """See the module's text."""

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
        self._on_violation = on_violation
        self._script = Script()
        self._late: list[tuple[float, int, str]] = []
        self._answered: dict[str, tuple[str, list[str]]] = {}
        self._called: dict[str, str] = {}
        self._count = 0

    # What a script can have it do.

    def answer(self, action: str, payload: object, count: int | None = 1) -> None:
        """Answer with `payload`, as it is."""
        self._script.add(action, Behaviour(payload=payload), count)

    def error(self, action: str, code: str, count: int | None = 1) -> None:
        """Answer with a CALLERROR."""
        self._script.add(action, Behaviour(error=code), count)

    def silent(self, action: str, count: int | None = 1) -> None:
        """Do not answer, as if the call had been lost."""
        self._script.add(action, Behaviour(silent=True), count)

    def delay(self, action: str, seconds: float, count: int | None = 1) -> None:
        """Give the usual answer late."""
        self._script.add(action, Behaviour(delay_s=seconds), count)

    def duplicate(self, action: str, count: int | None = 1) -> None:
        """Give the usual answer twice."""
        self._script.add(action, Behaviour(copies=2), count)

    def behave(self, action: str, behaviour: Behaviour, count: int | None = 1) -> None:
        """Any combination of the above."""
        self._script.add(action, behaviour, count)

    def be_usual(self) -> None:
        """Forget what the script said."""
        self._script.clear()

    def call(self, action: str, payload: object = None) -> str:
        """A CALL for the charger, with `payload` as it is, or a valid default."""
        if payload is None:
            payload = self._default_call(action)
        self._count += 1
        frame = _text([CALL, f"csms-{self._count}", action, payload])
        self.sent(frame)
        return frame

    def sent(self, frame: str) -> None:
        """Something went to the charger that may be a call: its answer will be recognised."""
        try:
            message = parse(frame)
        except FrameError:
            return
        if message[0] == CALL:
            _remember(self._called, message[1], message[2])

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
        """Late answers whose time has come."""
        frames = []
        while self._late and self._late[0][0] <= now:
            frames.append(heapq.heappop(self._late)[2])
        return frames

    @property
    def next_due(self) -> float | None:
        """Unix time of the next late answer."""
        return self._late[0][0] if self._late else None

    # Book-keeping for the summary.

    @property
    def sessions(self) -> int:
        """Accepted StartTransactions."""
        return len(self.ledger.transactions)

    @property
    def energy_wh(self) -> int:
        """Watt-hours of all transactions that were stopped."""
        return self.ledger.energy_wh

    def _handle_call(self, message: list[Any], text: str, now: float) -> list[str]:
        _kind, call_id, action, payload = message
        if call_id in self._answered:
            before, answers = self._answered[call_id]
            if before != text:
                self._violated(f"message id {call_id!r} used again", text)
            return answers
        if not self.registered and action not in ("BootNotification", *self._triggered()):
            self._violated(f"{action} before BootNotification was accepted", text)
        try:
            check_payload(CALL, action, payload)
            usual = self._usual_answer(action, payload, now)
        except FrameError as error:
            self._violated(str(error), text)
            return self._answer(call_id, text, USUAL, [CALL_ERROR, call_id, error.code, str(error), {}], now)
        behaviour = self._script.next(action)
        if behaviour.silent:
            return []
        frame: list[Any] | str
        if behaviour.raw:
            frame = behaviour.raw
        elif behaviour.error:
            frame = [CALL_ERROR, call_id, behaviour.error, "as the script says", {}]
        else:
            answer = usual if behaviour.payload is None else behaviour.payload
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
            return {"status": "Accepted", "currentTime": timestamp(now), "interval": self.heartbeat_interval}
        if action == "Heartbeat":
            return {"currentTime": timestamp(now)}
        if action == "Authorize":
            return {"idTagInfo": accepted}
        if action == "StartTransaction":
            return {"transactionId": self.ledger.id_for(payload), "idTagInfo": accepted}
        if action == "StopTransaction":
            return {"idTagInfo": accepted} if "idTag" in payload else {}
        if action in PLAIN_ANSWERS:
            return PLAIN_ANSWERS[action]
        raise FrameError("NotSupported", f"{action} is not for a charge point to call")

    def _book(self, action: str, payload: dict[str, Any], answer: Any) -> None:
        """Note what a call means, given how it is answered."""
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
            self._violated(f"answers {message[1]!r}, which was not asked", text)
        elif message[0] == CALL_RESULT and action in ACTIONS:
            try:
                check_payload(CALL_RESULT, str(action), message[2])
            except FrameError as error:
                self._violated(str(error), text)

    def _triggered(self) -> tuple[str, ...]:
        """What may be sent although no BootNotification was accepted (OCPP 1.6, 4.2: when triggered)."""
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
