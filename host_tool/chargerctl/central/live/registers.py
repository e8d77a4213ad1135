# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the energy registers of connectors have shown last: in a session, at its end, or outside (OCPP 1.6, 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from chargerctl.central.books.queries.so_far import REGISTER, sampled
from chargerctl.central.books.tables import connectors, meter_values, transactions
from chargerctl.central.live.readings import Readings

# How many of a charger's last sessions, or values, are looked through for one of a connector: one that has had none for
# so long is not worth the time.
_LOOKED_THROUGH = 30
_LONG_AGO = -(2**62)


def registers(
    connection: Connection, measured: Mapping[int, Readings], one: int | None = None
) -> dict[tuple[int, int], float]:
    """Wh by the id of a row of chargers and its connector. measured: of the sessions that run, by their ids; one: of this
    row of chargers only."""
    query = _QUERY if one is None else _QUERY.where(_LAST.c.charger_id == one)
    found = {}
    for row in connection.execute(query):
        register = _newest(row, measured)
        if register is not None:
            found[row.charger_id, row.connector_id] = register
    return found


def _newest(row: Any, measured: Mapping[int, Readings]) -> float | None:
    """Of several at one time the later here: the end of a session, not its beginning."""
    told = [(row.started_at, row.meter_start)]
    if row.id in measured:
        told += [(each.at, each.value) for each in measured[row.id].register[:1]]
    told.append((row.stopped_at, row.meter_stop))
    if row.value is not None:
        told.append((row.at, sampled(row.value, row.unit)))
    newest = None
    at = _LONG_AGO
    for when, value in told:
        if when is not None and value is not None and when >= at:
            at, newest = when, float(value)
    return newest


def _time(column: Any) -> Any:
    """In milliseconds, as the database has it."""
    return type_coerce(column, BigInteger)


def _since(column: Any, *which: Any) -> Any:
    """The time of the last of these rows that is looked at, which the database finds in an index."""
    last = select(_time(column)).where(*which).order_by(column.desc()).offset(_LOOKED_THROUGH - 1).limit(1)
    return func.coalesce(last.correlate(connectors).scalar_subquery(), _LONG_AGO)


def _query() -> tuple[Any, Any]:
    all_sessions, session, all_values, value = (
        transactions.alias("all_sessions"),
        transactions.alias("session"),
        meter_values.alias("all_values"),
        meter_values.alias("outside"),
    )
    last_session = (
        select(session.c.id)
        .where(
            connectors.c.connector_id > 0,
            session.c.charger_id == connectors.c.charger_id,
            session.c.connector_id == connectors.c.connector_id,
            _time(session.c.started_at)
            >= _since(all_sessions.c.started_at, all_sessions.c.charger_id == connectors.c.charger_id),
        )
        .order_by(session.c.started_at.desc(), session.c.id.desc())
        .limit(1)
        .correlate(connectors)
        .scalar_subquery()
    )
    last_value = (
        select(value.c.id)
        .where(
            value.c.charger_id == connectors.c.charger_id,
            value.c.transaction_id.is_(None),
            value.c.connector_id == connectors.c.connector_id,
            value.c.measurand == REGISTER,
            value.c.phase == "",
            value.c.location == "Outlet",
            value.c.format == "Raw",
            _time(value.c.at)
            >= _since(
                all_values.c.at,
                all_values.c.charger_id == connectors.c.charger_id,
                all_values.c.transaction_id.is_(None),
            ),
        )
        .order_by(value.c.at.desc(), value.c.id.desc())
        .limit(1)
        .correlate(connectors)
        .scalar_subquery()
    )
    last = (
        select(
            connectors.c.charger_id,
            connectors.c.connector_id,
            last_session.label("session"),
            last_value.label("value"),
        )
        .cte("last")
        # With the ids at hand PostgreSQL looks the rows up, and does not read whole tables.
        .prefix_with("MATERIALIZED")
    )
    return last, (
        select(
            last.c.charger_id,
            last.c.connector_id,
            transactions.c.id,
            transactions.c.meter_start,
            transactions.c.meter_stop,
            _time(transactions.c.started_at).label("started_at"),
            _time(transactions.c.stopped_at).label("stopped_at"),
            meter_values.c.value,
            meter_values.c.unit,
            _time(meter_values.c.at).label("at"),
        )
        .select_from(last)
        .outerjoin(transactions, transactions.c.id == last.c.session)
        .outerjoin(meter_values, meter_values.c.id == last.c.value)
    )


_LAST, _QUERY = _query()
