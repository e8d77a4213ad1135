# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger as its frames show it: its calls and their answers, its state, its transactions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from chargerctl.central.messages.schemas import (
    CALL,
    CALL_ERROR,
    CALL_RESULT,
    FrameError,
    check_payload,
    parse,
)
from chargerctl.fleet.measuring.sessions import Sessions
from chargerctl.fleet.measuring.tally import Tally, count_kind

OFF, OFFLINE, BOOTING = "Off", "Offline", "Booting"
"""States beside OCPP's: no power; its program runs, without a connection; that starts, or is not accepted yet."""

_MOST_OPEN = 8
"""Calls of the central system that are not answered: it may have one (OCPP-J 4.1.1)."""
_NAME = 40


class Watched:
    """`powered`, `runs` (its program), `connected`, `accepted`, `status`: of the moment. `was_connected`, `was_accepted`:
    ever."""

    __slots__ = (
        "_asked",
        "_late",
        "_on_answer",
        "_open",
        "_sent_us",
        "_sessions",
        "_tally",
        "accepted",
        "connected",
        "powered",
        "runs",
        "status",
        "was_accepted",
        "was_connected",
    )

    def __init__(self, tally: Tally, on_answer: Callable[[int], object]) -> None:
        """on_answer(us): a call of the charger was answered after so long."""
        self._tally = tally
        self._on_answer = on_answer
        self._sessions = Sessions(tally)
        self.powered = self.runs = self.connected = self.accepted = False
        self.was_connected = self.was_accepted = False
        self.status = ""
        # The call that is open: (id, action, payload).
        self._open: tuple[str, str, dict[str, Any]] | None = None
        self._sent_us = 0
        # Of those that it has given up, by action, the last one: (id, payload). It takes their answers all the same.
        self._late: dict[str, tuple[str, dict[str, Any]]] = {}
        self._asked: dict[str, tuple[str, int]] = {}

    @property
    def state(self) -> str:
        if not self.powered:
            return OFF
        if not self.runs:
            return BOOTING
        if not self.connected:
            return OFFLINE
        return self.status if self.accepted and self.status else BOOTING

    def sent(self, text: str, now_us: int) -> str:
        """A frame of the charger. The action of a call, else ""."""
        message = json.loads(text)
        kind, number = message[0], message[1]
        if kind == CALL:
            self._calls(number, message[2], message[3], now_us)
            return str(message[2])
        action, asked_us = self._asked.pop(number, ("", now_us))
        if action:
            calls = self._tally.calls_of_central(action)
            calls.times.add(now_us - asked_us)
            if kind == CALL_ERROR:
                count_kind(calls.errors, str(message[2]))
        return ""

    def _calls(self, number: str, action: str, payload: dict[str, Any], now_us: int) -> None:
        if self._open is not None:
            # A charger has one call open: it has given this one up.
            self._gives_up(*self._open)
        self._late.pop(action, None)
        self._open, self._sent_us = (number, action, payload), now_us
        if action == "BootNotification":
            self.accepted = False
        elif action == "StatusNotification" and payload["connectorId"] == 1:
            self.status = payload["status"]
        else:
            self._sessions.sent(number, action, payload)

    def received(self, text: str, now_us: int) -> str:
        """A frame of the central system. The action of a call, else ""."""
        try:
            message = parse(text)
        except FrameError as error:
            count_kind(self._tally.violations, f"{error.code}: no frame of OCPP-J")
            return ""
        if message[0] == CALL:
            return self._is_asked(message, now_us)
        self._is_answered(message, now_us)
        return ""

    def _is_asked(self, message: list[Any], now_us: int) -> str:
        _kind, number, action, payload = message
        self._check(CALL, action, payload)
        if len(self._asked) >= _MOST_OPEN:
            old, _asked_us = self._asked.pop(next(iter(self._asked)))
            self._tally.calls_of_central(old).unanswered += 1
        self._asked[number] = action[:_NAME], now_us
        return str(action)

    def _is_answered(self, message: list[Any], now_us: int) -> None:
        kind, number = message[0], message[1]
        if self._open is None or number != self._open[0]:
            self._tally.counts["strange_answers"] += 1
            self._is_answered_late(kind, number, message[2])
            return
        _number, action, payload = self._open
        self._open = None
        calls = self._tally.call(action)
        calls.times.add(now_us - self._sent_us)
        self._on_answer(now_us - self._sent_us)
        if kind == CALL_ERROR:
            count_kind(calls.errors, message[2][:_NAME])
            return
        self._takes(number, action, payload, message[2])

    def _is_answered_late(self, kind: int, number: str, answer: dict[str, Any]) -> None:
        for action, (late, payload) in self._late.items():
            if late == number and kind != CALL_ERROR:
                del self._late[action]
                self._takes(number, action, payload, answer)
                return

    def _takes(self, number: str, action: str, payload: dict[str, Any], answer: dict[str, Any]) -> None:
        if not self._check(CALL_RESULT, action, answer):
            return
        if action == "BootNotification":
            self.accepted = answer["status"] == "Accepted"
            if self.accepted and not self.was_accepted:
                self.was_accepted = True
                self._tally.counts["accepted"] += 1
        else:
            self._sessions.answered(number, action, payload, answer)

    def _check(self, kind: int, action: str, payload: dict[str, Any]) -> bool:
        try:
            check_payload(kind, action, payload)
        except FrameError as error:
            what = "answer to " if kind == CALL_RESULT else ""
            count_kind(self._tally.violations, f"{error.code}: {what}{action[:_NAME]}")
            return False
        return True

    def give_up(self, now_us: int, timeout_us: int) -> None:
        """At the end: a call that has been open for so long counts as unanswered. Until then one does when the charger
        makes the next."""
        if self._open is not None and now_us - self._sent_us >= timeout_us:
            self._tally.call(self._open[1]).unanswered += 1
            self._open = None

    def _gives_up(self, number: str, action: str, payload: dict[str, Any]) -> None:
        self._tally.call(action).unanswered += 1
        self._late[action] = number, payload
        self._open = None

    def cut(self) -> None:
        """Its connection is gone: nothing that is open will be answered."""
        if self._open is not None:
            self._gives_up(*self._open)
        self._asked.clear()
