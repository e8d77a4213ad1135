# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Judges chargers by their frames and their meters: what must hold whatever happens to them.

- Every call is valid OCPP 1.6, and one that is sent again is the same.
- Transactions do not overlap: between two starts there is a stop, of the transactionId that the start was answered with.
- What is billed is what flowed: at most a Wh more a transaction, and less only by what a power cut may cost.
- A status follows the one before as OCPP 1.6 4.9 allows, and Unavailable any, as long as the connection lasts.
- In the end a charger is connected, and everything that it has to say is confirmed.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from chargerctl.central.messages.schemas import CALL, FrameError, check_payload
from chargerctl.fleet.charger.charger import Charger

MOST = 100
"""Complaints that are kept."""

# Of a transaction: its start and stop are rounded down.
_ROUNDED_WH = 1
# What a cut may cost: up to a checkpoint of the journal, which a sleeping charger may write up to a minute late.
_CUT_WH = 1500
_REMEMBERED = 50

_A, _P, _C, _V, _E, _F, _U, _X = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
    "Unavailable",
    "Faulted",
)
_MAY_FOLLOW = {
    _A: {_P, _C, _V, _E, _U, _X},
    _P: {_A, _C, _V, _E, _F, _U, _X},
    _C: {_A, _V, _E, _F, _U, _X},
    _V: {_A, _C, _E, _F, _U, _X},
    _E: {_A, _C, _V, _F, _U, _X},
    _F: {_A, _P, _U, _X},
    _U: {_A, _P, _C, _V, _E, _X},
    _X: {_A, _P, _C, _V, _E, _F, _U},
}


class Judging:
    """A Heard of any number of chargers. `complaints`: a text each, the first MOST."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._judged: dict[str, _Judged] = {}

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        judged = self._of(charger)
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            frame = None
        match out, frame:
            case True, [2, str(number), str(action), dict(payload)]:
                judged.calls(number, action, payload)
            case False, [3, str(number), dict(payload)]:
                judged.answered(number, payload)
            case True, [3 | 4, *_]:
                pass
            case True, _:
                judged.complain(f"sent no message of OCPP-J: {text[:100]}")

    def log(self, charger: Charger, tag: str, text: str) -> None:
        if tag == "loop" and " failed (" in text:
            self._of(charger).complain(f"a task of the program failed: {text}")

    def changed(self, charger: Charger, part: str) -> None:
        self._of(charger).changed(part)

    def late(self, charger: Charger, us: int) -> None:
        pass

    def close(self) -> list[str]:
        """After every fault has ended, and some time for messages that wait: `complaints`, with those of the end."""
        for each in self._judged.values():
            each.close()
        return self.complaints

    def _of(self, charger: Charger) -> _Judged:
        judged = self._judged.get(charger.serial)
        if judged is None:
            judged = self._judged[charger.serial] = _Judged(charger, self.complaints)
        return judged


class _Judged:
    def __init__(self, charger: Charger, complaints: list[str]) -> None:
        self._charger = charger
        self._complaints = complaints
        # id -> (action, payload), of those that may be sent again.
        self._sent: dict[str, tuple[str, dict[str, Any]]] = {}
        self._order: deque[str] = deque()
        self._status: str | None = None
        self._start: tuple[str, dict[str, Any]] | None = None
        self._number: int | None = None
        self._billed_wh = 0
        self._transactions = 0
        self._cuts = 0

    def complain(self, text: str) -> None:
        if len(self._complaints) < MOST:
            at_s = self._charger.clock.now_us / 1e6
            self._complaints.append(f"{self._charger.serial} at {at_s:.1f} s: {text}")

    def changed(self, part: str) -> None:
        if part == "reset":
            self._status = None
            self._cuts += 1
        elif part == "link":
            self._status = None

    def calls(self, number: str, action: str, payload: dict[str, Any]) -> None:
        known = self._sent.get(number)
        if known is not None:
            if known != (action, payload):
                self.complain(f"{action} {number} was sent again as another message")
            return
        self._remember(number, action, payload)
        try:
            check_payload(CALL, action, payload)
        except FrameError as error:
            self.complain(f"{action} is not valid: {error}")
            return
        match action:
            case "StatusNotification" if payload["connectorId"] == 1:
                self._says(payload["status"])
            case "StartTransaction":
                self._starts(number, payload)
            case "StopTransaction":
                self._stops(payload)

    def answered(self, number: str, payload: dict[str, Any]) -> None:
        if self._start is not None and number == self._start[0] and "transactionId" in payload:
            self._number = payload["transactionId"]

    def close(self) -> None:
        charger = self._charger
        if not charger.connected:
            self.complain("it has not come back")
        if charger.unconfirmed:
            self.complain(f"{charger.unconfirmed} transactions are not confirmed")
        if self._start is None:
            self._weigh()

    def _remember(self, number: str, action: str, payload: dict[str, Any]) -> None:
        self._sent[number] = action, payload
        self._order.append(number)
        if len(self._order) > _REMEMBERED:
            del self._sent[self._order.popleft()]

    def _says(self, status: str) -> None:
        before, self._status = self._status, status
        if before is not None and before != status and status not in _MAY_FOLLOW[before]:
            self.complain(f"{status} was told after {before}")

    def _starts(self, number: str, payload: dict[str, Any]) -> None:
        if self._start is not None:
            self.complain(f"transaction {self._number} was not stopped before the next began")
        self._start, self._number = (number, payload), None
        self._transactions += 1

    def _stops(self, payload: dict[str, Any]) -> None:
        start, self._start = self._start, None
        if start is None:
            self.complain(f"transaction {payload['transactionId']} was stopped, and none ran")
            return
        if self._number is not None and payload["transactionId"] != self._number:
            self.complain(f"transaction {self._number} was stopped as {payload['transactionId']}")
        energy_wh = payload["meterStop"] - start[1]["meterStart"]
        if energy_wh < 0:
            self.complain(f"transaction {payload['transactionId']} ended {-energy_wh} Wh below its start")
        self._billed_wh += energy_wh

    def _weigh(self) -> None:
        flowed_wh = self._charger.meter.energy_wh
        may_lack_wh = self._transactions * _ROUNDED_WH + self._cuts * _CUT_WH
        if self._billed_wh > flowed_wh + self._transactions * _ROUNDED_WH:
            self.complain(f"{self._billed_wh} Wh were billed, and {flowed_wh} Wh have flowed")
        elif self._billed_wh < flowed_wh - may_lack_wh:
            self.complain(f"only {self._billed_wh} of {flowed_wh} Wh were billed")
