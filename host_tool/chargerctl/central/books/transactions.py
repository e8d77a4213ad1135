# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Transactions of one charger: each start once and each stop once, however often they come (OCPP 1.6, 3.7.1, 4.8, 4.10).

The database's unique indexes decide, not this code: two workers may have the same charger for a moment.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from chargerctl.central.books import cards, given_up, moments, storable
from chargerctl.central.books.direct import Direct, Single
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.tables import (
    LARGEST_TRANSACTION_ID,
    milliseconds,
    transaction_ids,
    transactions,
)

Payload = dict[str, Any]

# The transactionId of a charger that never got one (OCPP 1.6, errata 3.18).
NEVER_STARTED = -1

_SAME_START = Single(
    select(transactions.c.id, transactions.c.status).where(
        transactions.c.charger_id == bindparam("charger"), transactions.c.start_digest == bindparam("digest")
    )
)
_LAST_ID = Single(select(func.max(transactions.c.id).label("last")))
_NEXT_ID = Single(select(transaction_ids.next_value().label("next")))
_START = Single(
    insert(transactions),
    (
        "id",
        "charger_id",
        "connector_id",
        "id_tag",
        "status",
        "meter_start",
        "start_time",
        "started_at",
        "start_received_at",
        "reservation_id",
        "start_digest",
    ),
)
_STATUS = Single(
    update(transactions)
    .where(transactions.c.id == bindparam("number"))
    .values(status=bindparam("new_status"))
)
_BY_ID = Single(select(transactions).where(transactions.c.id == bindparam("number")))
_STOP = Single(
    update(transactions)
    .where(transactions.c.id == bindparam("number"), transactions.c.stop_received_at.is_(None))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "meter_stop",
                "energy_wh",
                "stop_time",
                "stopped_at",
                "stop_received_at",
                "stop_reason",
                "stop_id_tag",
                "stop_digest",
            )
        }
    )
)


_RUNS = and_(transactions.c.stop_received_at.is_(None), transactions.c.closed_at.is_(None))
_OLDER = Single(
    select(transactions.c.id).where(
        transactions.c.charger_id == bindparam("charger"),
        transactions.c.connector_id == bindparam("connector"),
        transactions.c.id != bindparam("number"),
        transactions.c.started_at <= bindparam("began"),
        _RUNS,
    )
)
_CLOSE = (
    update(transactions)
    .where(transactions.c.id == bindparam("number"), _RUNS)
    .values(closed_at=bindparam("now", type_=transactions.c.closed_at.type))
)
_CLOSE_ONE = Single(_CLOSE)


class Numbers:
    """New transaction ids for one unit of work, over all chargers."""

    def __init__(self, books: Direct) -> None:
        self._books = books
        self._last: int | None = None
        # One start, one id, also if it is asked for twice before it is booked.
        self._given: dict[tuple[str, bytes], int] = {}

    def new(self, serial: str, digest: bytes) -> int:
        """For this start of this charger. BooksError when all 2,147,483,647 are used."""
        given = self._given.get((serial, digest))
        if given is None:
            given = self._given[serial, digest] = self._next()
        return given

    def _next(self) -> int:
        if self._books.dialect.name == "postgresql":
            return int(self._books.one(_NEXT_ID).next)
        # Nobody else writes while this unit lasts.
        if self._last is None:
            self._last = int(self._books.one(_LAST_ID).last or 0)
        if self._last >= LARGEST_TRANSACTION_ID:
            raise BooksError(
                f"the books have used transaction id {self._last}, the last that a charger takes: begin new ones"
            )
        self._last += 1
        return self._last


def known_id(books: Direct, charger: int, digest: bytes) -> int | None:
    """The id of an identical StartTransaction of this charger."""
    found = books.one(_SAME_START, charger=charger, digest=digest)
    return None if found is None else found.id


def start(
    books: Direct, charger: int, payload: Payload, number: int, status: str, now: float
) -> tuple[list[int], str | None]:
    """Keep a StartTransaction that is answered with this id and status. The ids of those that it closes, for
    given_up.count(), and what is strange about it. BooksError where another worker has given it another id meanwhile."""
    digest = storable.digest(storable.exact(payload))
    known = books.one(_SAME_START, charger=charger, digest=digest)
    if known is not None and known.id != number:
        raise BooksError("the books have this transaction under another id: another worker has booked it")
    if known is not None:
        if known.status != status:  # its card was entered, or blocked, meanwhile: the last answer counts
            books.execute(_STATUS, number=known.id, new_status=status)
        return [], None
    meter_start = storable.number(payload["meterStart"])
    row = {
        "id": number,
        "charger_id": charger,
        "connector_id": storable.number(payload["connectorId"]),
        "id_tag": cards.normal(payload["idTag"]),
        "status": storable.text(status),
        "meter_start": meter_start,
        "start_time": storable.text(payload["timestamp"]),
        "started_at": milliseconds(moments.likely(payload["timestamp"], now)),
        "start_received_at": milliseconds(now),
        "reservation_id": storable.number(payload.get("reservationId")),
        "start_digest": digest,
    }
    books.execute(_START, **row)
    closed = _close_older(books, row, now)
    return closed, None if meter_start is not None else "meterStart has more than 64 bits"


def _close_older(books: Direct, started: dict[str, Any], now: float) -> list[int]:
    """One connector charges one car: the stop of the one before never came."""
    same_connector = {
        "charger": started["charger_id"],
        "connector": started["connector_id"],
        "number": started["id"],
        "began": started["started_at"],
    }
    closed: list[int] = []
    while (older := books.one(_OLDER, **same_connector)) is not None:
        books.execute(_CLOSE_ONE, number=older.id, now=milliseconds(now))
        closed.append(older.id)
    return closed


def close(connection: Connection, number: int, now: float) -> bool:
    """Do not expect its stop any more: it counts by its last meter value. Whether it was expected."""
    was_expected = connection.execute(_CLOSE, {"number": number, "now": now}).rowcount == 1
    if was_expected:
        given_up.count(connection, [number])
    return was_expected


def find(books: Direct, number: int | None) -> Any:
    """The row of this transaction, of whatever charger; None if there is none."""
    if number is None or not 0 < number <= LARGEST_TRANSACTION_ID:
        return None
    return books.one(_BY_ID, number=number)


def stop(books: Direct, charger: int, payload: Payload, now: float) -> tuple[Any, str | None]:
    """Keep a StopTransaction: the transaction's row, if it is one of this charger, and what is strange about it."""
    number = storable.number(payload["transactionId"])
    found = find(books, number)
    if number == NEVER_STARTED:
        return None, "a transaction ended whose start was never answered"
    if found is None:
        return None, "a transaction ended that was never started"
    if found.charger_id != charger:
        return None, "a transaction ended that belongs to another charger"
    digest = storable.digest(storable.exact(payload))
    if found.stop_received_at is None and _stop(books, found, payload, digest, now):
        return found, _strange_energy(found.meter_start, storable.number(payload["meterStop"]))
    # Another worker may have been quicker.
    found = find(books, number)
    same = found.stop_digest == digest
    return found, None if same else "a transaction ended twice, with different contents: the first one counts"


def _stop(books: Direct, found: Any, payload: Payload, digest: bytes, now: float) -> bool:
    """Whether this was the stop that counts."""
    meter_stop = storable.number(payload["meterStop"])
    known = meter_stop is not None and found.meter_start is not None
    row = {
        "number": found.id,
        "new_meter_stop": meter_stop,
        "new_energy_wh": storable.number(meter_stop - found.meter_start) if known else None,
        "new_stop_time": storable.text(payload["timestamp"]),
        "new_stopped_at": milliseconds(moments.likely(payload["timestamp"], now)),
        "new_stop_received_at": milliseconds(now),
        # OCPP 1.6, 6.49: what it means if it is not there.
        "new_stop_reason": storable.text(payload.get("reason", "Local")),
        "new_stop_id_tag": cards.normal(payload["idTag"]) if "idTag" in payload else None,
        "new_stop_digest": digest,
    }
    return books.execute(_STOP, **row) == 1


def _strange_energy(meter_start: int | None, meter_stop: int | None) -> str | None:
    if meter_start is None or meter_stop is None:
        return "a meter reading has more than 64 bits"
    if meter_stop < meter_start:
        return "a transaction ends with less energy than it began with"
    return None
