# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One unit of work on the database (interface.Unit)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from chargerctl.central.books import calls, storable, workers
from chargerctl.central.books.charger import ChargerBooks
from chargerctl.central.books.direct import Direct, Single
from chargerctl.central.books.gathered import Gathered
from chargerctl.central.books.interface import FencedError, Outcome, WaitingCall
from chargerctl.central.books.masking import masked
from chargerctl.central.books.policies import Policies
from chargerctl.central.books.serials import Serials
from chargerctl.central.books.statements import Statements
from chargerctl.central.books.tables import milliseconds
from chargerctl.central.books.transactions import Numbers
from chargerctl.leases.fence import FENCE, Token

_FENCE = Single(FENCE)

# Of a longer frame the beginning is kept.
LONGEST_FRAME = 16_384


@dataclass(frozen=True)
class Lease:
    """As it was when the unit of work began. token None: there was none; there may be one by now, and chargers that are
    held."""

    token: Token | None


class DatabaseUnit:
    """Within a transaction that its maker has begun and ends; `write` comes before that end."""

    def __init__(
        self,
        connection: Connection,
        place: str,
        statements: Statements,
        policies: Policies,
        worker: str,
        remembered: dict[str, int],
        lease: Lease | None,
        *,
        keeps_frames: bool,
    ) -> None:
        """lease: of the worker, where it needs one to speak to chargers."""
        self._connection = connection
        self._statements = statements
        self._policies = policies
        self._worker = worker
        self._lease = lease
        self._keeps_frames = keeps_frames
        self._direct = Direct(connection, place)
        self._numbers = Numbers(self._direct)
        self._gathered = Gathered()
        self.serials = Serials(connection, statements, policies.chargers, remembered)

    def working(self, now: float) -> None:
        if self._lease is None:
            workers.beat(self._connection, self._statements, self._worker, now)
        else:
            workers.look(self._connection, self._worker, now)

    def needs_lease(self) -> None:
        if self._lease is not None and self._lease.token is None:
            raise FencedError("this worker had no lease when the unit of work began")

    def charger(self, serial: str) -> ChargerBooks:
        return ChargerBooks(
            serial,
            self._connection,
            self._direct,
            self._statements,
            self.serials,
            self._numbers,
            self._gathered,
            self._policies,
        )

    def seen(self, serial: str, now: float) -> None:
        charger = self.serials.enter(serial, now)
        if charger is not None:
            self._gathered.seen[charger] = now

    def connected(self, serial: str, transport: str | None, now: float) -> None:
        charger = self.serials.enter(serial, now)
        if charger is not None:
            by = None if transport is None else self._worker
            self._gathered.connected[charger] = {
                "charger": charger,
                "over": transport,
                "now": now,
                "by": by,
                "mine": self._worker,
            }

    def frame(self, serial: str, outgoing: bool, text: str, now: float) -> None:
        charger = self.serials.enter(serial, now) if self._keeps_frames else None
        if charger is None:
            return
        kept = storable.text(masked(text)[:LONGEST_FRAME])
        self._gathered.frames.append(
            {
                "charger_id": charger,
                "at": milliseconds(now),
                "outgoing": outgoing,
                "text": kept,
                "size": len(kept),
            }
        )

    def waiting_calls(self, now: float) -> Iterable[WaitingCall]:
        if self._lease is not None and self._lease.token is None:
            return []
        if self._direct.one(calls.ANY) is None:  # mostly
            return []
        return calls.give_out(self._connection, self._worker, now, self._lease is not None)

    def answered(self, call: int, outcome: Outcome, now: float) -> None:
        calls.end(self._connection, call, outcome, now)

    def write(self) -> int:
        """Write what was gathered; the size of the frames among it, in characters. FencedError: it must not be kept."""
        self._gathered.write(self._connection, self._direct, self._statements)
        size = sum(each["size"] for each in self._gathered.frames)
        # At the end, for whoever wants to take a charger waits for the end of the unit from here on.
        token = None if self._lease is None else self._lease.token
        if token is not None and self._direct.execute(_FENCE, **token.values) != 1:
            raise FencedError(
                "another worker has taken chargers over that are in this unit of work, or may have"
            )
        return size
