# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The transactions of one charger, as its central system answers them: begun, ended, refused, or odd."""

from __future__ import annotations

from collections import deque
from typing import Any

from chargerctl.fleet.measuring.tally import Tally

_REMEMBERED = 4
"""Transactions: one charger has one at a time, and repeats the last message until it is answered."""


class Sessions:
    """A StartTransaction that is sent again has the same id, and must get the same transactionId. Another one must get
    another. What breaks that is counted as double: one of the two sessions is lost in the books, or booked twice."""

    __slots__ = ("_known", "_meter_start", "_stopped", "_tally")

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        # (message id of the start, transactionId); message ids of stops.
        self._known: deque[tuple[str, int]] = deque(maxlen=_REMEMBERED)
        self._stopped: deque[str] = deque(maxlen=_REMEMBERED)
        self._meter_start = 0

    def sent(self, number: str, action: str, payload: dict[str, Any]) -> None:
        if action == "StartTransaction":
            self._meter_start = payload["meterStart"]

    def answered(self, number: str, action: str, payload: dict[str, Any], answer: dict[str, Any]) -> None:
        """answer: a valid one."""
        if action == "StartTransaction":
            self._started(number, answer)
        elif action == "StopTransaction" and number not in self._stopped:
            self._stopped.append(number)
            self._tally.counts["sessions_ended"] += 1
            self._tally.counts["energy_wh"] += payload["meterStop"] - self._meter_start

    def _started(self, number: str, answer: dict[str, Any]) -> None:
        counts, known = self._tally.counts, dict(self._known)
        transaction_id = answer["transactionId"]
        if number not in known:
            if transaction_id in known.values():
                counts["double"] += 1
            self._known.append((number, transaction_id))
            counts["sessions_begun"] += 1
        elif known[number] != transaction_id:
            counts["double"] += 1
        if answer["idTagInfo"]["status"] != "Accepted":
            counts["refused_starts"] += 1
