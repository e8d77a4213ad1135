# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sessions: transactions with their card and energy, by page or one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, and_, not_, or_, select

from chargerctl.central.books.cards import normal
from chargerctl.central.books.queries.so_far import RUNS
from chargerctl.central.books.storable import text
from chargerctl.central.books.tables import cards, chargers, meter_values, transactions

_AT_ONCE = 500

_SESSIONS: Select[Any] = (
    select(
        transactions.c.id,
        chargers.c.serial,
        chargers.c.name.label("charger_name"),
        transactions.c.connector_id,
        transactions.c.id_tag,
        cards.c.name.label("card_name"),
        transactions.c.status,
        transactions.c.meter_start,
        transactions.c.meter_stop,
        transactions.c.energy_wh,
        transactions.c.started_at,
        transactions.c.start_time,
        transactions.c.stopped_at,
        transactions.c.stop_time,
        transactions.c.start_received_at,
        transactions.c.stop_received_at,
        transactions.c.closed_at,
        transactions.c.stop_reason,
        transactions.c.stop_id_tag,
    )
    .select_from(transactions)
    .join(chargers)
    .outerjoin(cards, cards.c.id_tag == transactions.c.id_tag)
)

State = Literal["running", "stopped", "no_stop", "refused"]

_ACCEPTED = transactions.c.status == "Accepted"
_IN_STATE: dict[State, Any] = {
    "running": and_(_ACCEPTED, RUNS),
    "stopped": and_(_ACCEPTED, transactions.c.stop_received_at.is_not(None)),
    "no_stop": and_(
        _ACCEPTED, transactions.c.stop_received_at.is_(None), transactions.c.closed_at.is_not(None)
    ),
    "refused": not_(_ACCEPTED),
}


@dataclass(frozen=True)
class Filter:
    """Which sessions. begin and end: when they started, Unix time, end excluded; running: only those that run (True), or
    that do not any more (False); refused: also those whose card was not accepted.

    charged_after: only those that may have charged after this Unix time: they had not ended before.

    charger and card: a part of the serial or the name, of the uid or the name of the card, in upper or lower case. state: as
    session_file.state() has it."""

    serial: str | None = None
    id_tag: str | None = None
    begin: float | None = None
    end: float | None = None
    running: bool | None = None
    refused: bool = True
    charger: str | None = None
    card: str | None = None
    state: State | None = None
    charged_after: float | None = None


def sessions(
    connection: Connection, wanted: Filter, *, most: int | None = None, before: int | None = None
) -> Iterator[Row[Any]]:
    """The newest ids first, at most `most`, and only those before the id `before` (the last of the page before).

    id, serial, charger_name, connector_id, id_tag, card_name, status, meter_start, meter_stop, energy_wh, started_at,
    start_time, stopped_at, stop_time, start_received_at, stop_received_at, closed_at, stop_reason, stop_id_tag. What the
    stop brings is None until it has come. started_at and stopped_at are the charger's times, or those of receipt where its
    clock cannot be right.
    """
    query = filtered(_SESSIONS, wanted).order_by(transactions.c.id.desc())
    if before is not None:
        query = query.where(transactions.c.id < before)
    if most is not None:
        query = query.limit(most)
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(query)


def session(connection: Connection, number: int) -> Row[Any] | None:
    """The one with this transaction id."""
    return connection.execute(_SESSIONS.where(transactions.c.id == number)).one_or_none()


def meter_values_of(
    connection: Connection, number: int, *, most: int | None = None, after: Row[Any] | None = None
) -> Iterator[Row[Any]]:
    """id, time, at, value, unit, measurand, context, phase, location, format of a session, the oldest first; at most `most`,
    and only those after this one (the last of the page before)."""
    columns = meter_values.c
    query: Select[Any] = (
        select(
            columns.id,
            columns.time,
            columns.at,
            columns.value,
            columns.unit,
            columns.measurand,
            columns.context,
            columns.phase,
            columns.location,
            columns.format,
        )
        .join(
            transactions,
            (transactions.c.charger_id == columns.charger_id) & (transactions.c.id == columns.transaction_id),
        )
        .where(transactions.c.id == number)
        .order_by(columns.at, columns.id)
    )
    if after is not None:
        query = query.where(or_(columns.at > after.at, and_(columns.at == after.at, columns.id > after.id)))
    if most is not None:
        query = query.limit(most)
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(query)


def filtered(query: Select[Any], wanted: Filter) -> Select[Any]:
    """A query over transactions and chargers, for these sessions only."""
    conditions = [
        (wanted.serial, lambda serial: chargers.c.serial == serial),
        (wanted.id_tag, lambda id_tag: transactions.c.id_tag == normal(id_tag)),
        (wanted.begin, lambda begin: transactions.c.started_at >= begin),
        (wanted.end, lambda end: transactions.c.started_at < end),
        (wanted.running, lambda running: RUNS if running else not_(RUNS)),
        (None if wanted.refused else "Accepted", lambda status: transactions.c.status == status),
        (wanted.charger, lambda part: _has(part, chargers.c.serial, chargers.c.name)),
        (wanted.card, lambda part: or_(_has(part, transactions.c.id_tag), _called(part))),
        (wanted.state, lambda state: _IN_STATE[state]),
        (wanted.charged_after, _ends_after),
    ]
    for value, condition in conditions:
        if value is not None:
            query = query.where(condition(value))
    return query


def _ends_after(moment: float) -> Any:
    """Both databases find these by an index."""
    given_up_later = or_(transactions.c.closed_at.is_(None), transactions.c.closed_at >= moment)
    return or_(transactions.c.stopped_at >= moment, and_(transactions.c.stopped_at.is_(None), given_up_later))


def _has(part: str, *columns: Any) -> Any:
    return or_(*(each.icontains(text(part), autoescape=True) for each in columns))


def _called(part: str) -> Any:
    return transactions.c.id_tag.in_(select(cards.c.id_tag).where(_has(part, cards.c.name)))
