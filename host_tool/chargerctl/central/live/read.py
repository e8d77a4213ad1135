# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads the states of chargers from the books."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from chargerctl.central.books.queries.so_far import RUNS, charged, energy_so_far, sampled
from chargerctl.central.books.tables import (
    cards,
    chargers,
    configuration,
    connectors,
    milliseconds,
    transactions,
)
from chargerctl.central.books.workers import living as living_workers
from chargerctl.central.live.readings import Reading, Readings, readings
from chargerctl.central.live.registers import registers
from chargerctl.central.live.state import Connector, Session, State

# The vehicle gets nothing (OCPP 1.6, 4.9), whatever was measured before.
_NO_POWER = ("SuspendedEV", "SuspendedEVSE", "Finishing", "Faulted", "Available", "Unavailable")


def read_states(connection: Connection, now: float, serial: str | None = None) -> dict[str, State]:
    """By serial, in their order: all, or the one of this serial. A few statements, however many chargers there are."""
    query = select(*_COLUMNS).order_by(chargers.c.serial)
    if serial is not None:
        query = query.where(chargers.c.serial == serial)
    found = connection.execute(query).all()
    one = found[0].id if serial is not None and found else None
    if not found:
        return {}
    living = set(connection.execute(living_workers(now)).scalars())
    measured = readings(connection, now, one)
    told = _connectors(connection, measured, one)
    running = _sessions(connection, measured, one, told, now)
    return {
        each.serial: _state(each, living, tuple(told.get(each.id, ())), tuple(running.get(each.id, ())))
        for each in found
    }


_COLUMNS = (
    chargers.c.id,
    chargers.c.serial,
    chargers.c.name,
    chargers.c.known,
    chargers.c.allowed,
    chargers.c.transport,
    chargers.c.worker,
    chargers.c.last_seen,
    chargers.c.registration,
    chargers.c.boot,
)
_CONNECTORS = select(connectors).order_by(connectors.c.charger_id, connectors.c.connector_id)
_SESSIONS = (
    select(
        transactions.c.id,
        transactions.c.charger_id,
        transactions.c.connector_id,
        transactions.c.id_tag,
        transactions.c.started_at,
        transactions.c.meter_start,
        cards.c.name.label("card_name"),
    )
    .select_from(transactions)
    .outerjoin(cards, cards.c.id_tag == transactions.c.id_tag)
    .where(RUNS, transactions.c.status == "Accepted")
    .order_by(transactions.c.id)
)
# The keys that say how often a charger sends meter values (OCPP 1.6, 9.1), the usual one first.
_INTERVALS = ("MeterValueSampleInterval", "ClockAlignedDataInterval")
_INTERVAL_KEYS = select(configuration.c.charger_id, configuration.c.key, configuration.c.value).where(
    configuration.c.key.in_(_INTERVALS)
)


def _state(row: Any, living: set[str], told: tuple[Connector, ...], running: tuple[Session, ...]) -> State:
    boot = json.loads(row.boot) if row.boot else {}
    return State(
        serial=row.serial,
        name=row.name,
        known=row.known,
        allowed=row.allowed,
        transport=row.transport if row.transport is not None and row.worker in living else "",
        last_seen=row.last_seen,
        registration=row.registration or "",
        vendor=str(boot.get("chargePointVendor", "")),
        model=str(boot.get("chargePointModel", "")),
        firmware=str(boot.get("firmwareVersion", "")),
        connectors=told,
        sessions=running,
    )


def _connectors(
    connection: Connection, measured: Mapping[int, Readings], one: int | None
) -> Mapping[int, Sequence[Connector]]:
    found_registers = registers(connection, measured, one)
    query = _CONNECTORS if one is None else _CONNECTORS.where(connectors.c.charger_id == one)
    found = defaultdict(list)
    for row in connection.execute(query):
        found[row.charger_id].append(
            Connector(
                row.connector_id,
                row.status,
                row.error_code,
                row.info,
                row.vendor_error_code,
                row.received_at,
                found_registers.get((row.charger_id, row.connector_id)),
            )
        )
    return found


def _sessions(
    connection: Connection,
    measured: Mapping[int, Readings],
    one: int | None,
    told: Mapping[int, Sequence[Connector]],
    now: float,
) -> Mapping[int, Sequence[Session]]:
    query = _SESSIONS if one is None else _SESSIONS.where(transactions.c.charger_id == one)
    running = connection.execute(query).all()
    if not running:
        return {}
    intervals = _intervals(connection, one)
    # Those whose energy is not among their last meter values.
    older = [each.id for each in running if each.id not in measured or not measured[each.id].register]
    so_far = energy_so_far(connection, older)
    found = defaultdict(list)
    for row in running:
        of_session = measured.get(row.id, Readings())
        energy = so_far.get(row.id)
        if of_session.register and row.meter_start is not None:
            energy = charged(of_session.register[0].value, row.meter_start)
        begin = None
        if row.meter_start is not None:
            begin = Reading(milliseconds(row.started_at), now - row.started_at, row.meter_start)
        power = of_session.power_w(intervals.get(row.charger_id), begin)
        connector = next((each for each in told.get(row.charger_id, ()) if each.id == row.connector_id), None)
        if power is not None and connector is not None and connector.status in _NO_POWER:
            power = 0.0
        found[row.charger_id].append(
            Session(
                row.id,
                row.connector_id,
                row.id_tag,
                row.card_name or "",
                row.started_at,
                energy,
                power,
            )
        )
    return found


def _intervals(connection: Connection, one: int | None) -> dict[int, float]:
    """Seconds, of chargers that have told theirs."""
    query = _INTERVAL_KEYS if one is None else _INTERVAL_KEYS.where(configuration.c.charger_id == one)
    keys = {(each.charger_id, each.key): sampled(each.value or "", "") for each in connection.execute(query)}
    found: dict[int, float] = {}
    for key in reversed(_INTERVALS):
        found |= {charger: value for (charger, name), value in keys.items() if name == key and value}
    return {charger: value for charger, value in found.items() if value > 0}
