# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The transactions that the central system knows, and their energy.

A charger that receives no answer retries a message, with another id and the same payload (OCPP 1.6, 3.7.1): a retry
counts once, and a repeated StartTransaction gets the same transaction id again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


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
        self.transactions: dict[int, Transaction] = {}
        self._starts: dict[str, int] = {}
        self._stops: set[str] = set()

    @property
    def energy_wh(self) -> int:
        """Watt-hours of all transactions that were stopped."""
        return sum(transaction.energy_wh for transaction in self.transactions.values())

    @property
    def running(self) -> Transaction | None:
        """The transaction that was started last; None if it was stopped."""
        last = next(reversed(self.transactions.values()), None)
        return last if last is not None and last.stop is None else None

    def id_for(self, start: dict[str, Any]) -> int:
        """The transaction id for a StartTransaction: that of an identical earlier one, or the next free one."""
        known = self._starts.get(_identity(start))
        return max(self.transactions, default=0) + 1 if known is None else known

    def started(self, transaction_id: int, start: dict[str, Any]) -> None:
        """A StartTransaction was accepted under this id."""
        if self._starts.setdefault(_identity(start), transaction_id) == transaction_id:
            self.transactions.setdefault(transaction_id, Transaction(transaction_id, start))

    def stopped(self, stop: dict[str, Any]) -> None:
        """A StopTransaction was received; one of an unknown transaction changes nothing."""
        identity = _identity(stop)
        transaction = self.transactions.get(stop["transactionId"])
        if identity not in self._stops and transaction is not None:
            transaction.stop = stop
        self._stops.add(identity)


def _identity(payload: dict[str, Any]) -> str:
    return json.dumps(payload, sort_keys=True, default=str)
