# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The transactions that the central system knows, and their energy.

A charger that receives no answer retries a message with the same payload (OCPP 1.6, 3.7.1), and with the same id or another:
a retry counts once, and a repeated StartTransaction gets the same transaction id again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chargerctl.central.messages.schemas import parse_time

# The transactionId of a transaction whose start was never accepted for processing (OCPP 1.6, errata 3.18).
UNKNOWN = -1


@dataclass
class Transaction:
    """An accepted StartTransaction, and its StopTransaction once it was received."""

    id: int
    start: dict[str, Any]
    stop: dict[str, Any] | None = None

    @property
    def energy_wh(self) -> int:
        """Watt-hours; 0 while it runs."""
        return self.stop["meterStop"] - self.start["meterStart"] if self.stop else 0


class Ledger:
    """Every transaction by its id, in the order of the starts."""

    def __init__(self) -> None:
        # Last StatusNotification by connector, as received.
        self.statuses: dict[int, dict[str, Any]] = {}
        self.restart()

    def restart(self) -> None:
        """Without its database: it knows no transaction, and numbers them from 1 again."""
        self.transactions: dict[int, Transaction] = {}
        self._starts: dict[str, int] = {}
        self._stops: set[str] = set()
        self._strange: list[str] = []

    @property
    def energy_wh(self) -> int:
        """Watt-hours of all transactions that were stopped."""
        return sum(transaction.energy_wh for transaction in self.transactions.values())

    @property
    def running(self) -> Transaction | None:
        """The transaction that was started last; None if it was stopped."""
        last = next(reversed(self.transactions.values()), None)
        return last if last is not None and last.stop is None else None

    def complaints(self) -> list[str]:
        """What a charger has doubled, lost or mixed up, a sentence each: for the end, when everything was delivered.

        Of the transactions only the last may still run. They follow one another on one connector: a start that lies before
        the stop of the transaction before it is one that was counted twice.
        """
        found = list(self._strange)
        before: Transaction | None = None
        for each in self.transactions.values():
            if before is not None:
                found += _between(before, each)
            if each.energy_wh < 0:
                found.append(f"transaction {each.id} ends with less energy than it began with")
            before = each
        return found

    # What the conversation asks (books/interface.py). A simulated central system accepts everyone.

    def registration(self, boot: dict[str, Any], now: float) -> str:
        return "Accepted"

    def id_tag_info(self, id_tag: str, now: float) -> dict[str, Any]:
        return {"status": "Accepted"}

    def transaction_id(self, start: dict[str, Any]) -> int:
        """That of an identical earlier start, or the next free one."""
        known = self._starts.get(_identity(start))
        return max(self.transactions, default=0) + 1 if known is None else known

    def book(self, action: str, payload: dict[str, Any], answer: Any, now: float) -> None:
        """An answer may come from a script, and be anything: a transaction begins only with one that accepts it."""
        if action == "StartTransaction" and _dig(answer, "idTagInfo", "status") == "Accepted":
            number = whole(_dig(answer, "transactionId"))
            if number is not None:
                self.started(number, payload)
        elif action == "StopTransaction":
            self.stopped(payload)
        elif action == "StatusNotification":
            self.statuses[payload["connectorId"]] = payload

    def registered(self) -> bool:
        return False

    def told(self, action: str, payload: dict[str, Any], answer: dict[str, Any], now: float) -> None:
        """It keeps transactions only."""

    def sending(self, call: Any, now: float) -> bool:
        return True

    def started(self, transaction_id: int, start: dict[str, Any]) -> None:
        """A StartTransaction was accepted under this id."""
        if self._starts.setdefault(_identity(start), transaction_id) == transaction_id:
            self.transactions.setdefault(transaction_id, Transaction(transaction_id, start))

    def stopped(self, stop: dict[str, Any]) -> None:
        """A StopTransaction was received; one of an unknown transaction changes nothing."""
        identity = _identity(stop)
        transaction_id = stop["transactionId"]
        transaction = self.transactions.get(transaction_id)
        if identity not in self._stops:
            if transaction is None:
                if transaction_id != UNKNOWN:
                    self._strange.append(f"transaction {transaction_id} was stopped, but never started")
            elif transaction.stop is not None:
                self._strange.append(
                    f"transaction {transaction_id} was stopped twice, with different contents"
                )
            else:
                transaction.stop = stop
        self._stops.add(identity)


def whole(value: object) -> int | None:
    """A number of the script as a charger that reads kindly takes it: 17.0 is 17, and none has more than 64 bits."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -(1 << 63) <= value < 1 << 63 else None


def _dig(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _between(before: Transaction, after: Transaction) -> list[str]:
    if before.stop is None:
        return [f"transaction {before.id} was never stopped, and {after.id} followed it"]
    found = []
    if parse_time(after.start["timestamp"]) < parse_time(before.stop["timestamp"]):
        found.append(f"transaction {after.id} began before {before.id} had ended")
    if after.start["meterStart"] < before.stop["meterStop"]:
        found.append(f"transaction {after.id} begins with less energy than {before.id} ended with")
    return found


def _identity(payload: dict[str, Any]) -> str:
    return json.dumps(payload, sort_keys=True, default=str)
