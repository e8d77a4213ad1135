# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers with their state."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, select

from chargerctl.central.books.queries.so_far import RUNS, energy_so_far
from chargerctl.central.books.tables import (
    chargers,
    complaints,
    configuration,
    connectors,
    transactions,
)
from chargerctl.central.books.workers import living as living_workers


@dataclass
class Running:
    """A transaction that was not stopped. energy_wh: by its last meter value, 0 before the first; None: nobody
    knows."""

    id: int
    connector_id: int | None
    id_tag: str
    status: str
    started_at: float
    energy_wh: float | None


@dataclass
class Charger:
    """A row of chargers with all that belongs to it. transport: "mqtt", "websocket", or "" while it is not connected;
    worker: the process that speaks to it."""

    serial: str
    name: str
    known: bool
    allowed: bool
    has_password: bool
    transport: str
    worker: str
    connected_at: float | None
    first_seen: float
    last_seen: float | None
    registration: str
    booted_at: float | None
    boot: dict[str, Any]
    connectors: list[dict[str, Any]] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)

    @property
    def sessions(self) -> list[Running]:
        """Its sessions that run. A transaction whose card was refused is none."""
        return [each for each in self.running if each.status == "Accepted"]


def all_chargers(connection: Connection, now: float, serial: str | None = None) -> list[Charger]:
    """Every charger, or the one of this serial, in the order of their serials."""
    query = select(chargers).order_by(chargers.c.serial)
    if serial is not None:
        query = query.where(chargers.c.serial == serial)
    found = {each.id: each for each in connection.execute(query)}
    living = set(connection.execute(living_workers(now)).scalars())
    result = {number: _charger(each, living) for number, each in found.items()}
    one = list(found) if serial is not None else None
    for each in connection.execute(
        _of(select(connectors).order_by(connectors.c.connector_id), connectors, one)
    ):
        values = dict(each._mapping)
        result[values.pop("charger_id")].connectors.append(values)
    running = connection.execute(
        _of(select(transactions).where(RUNS).order_by(transactions.c.id), transactions, one)
    ).all()
    energy = energy_so_far(connection, [each.id for each in running])
    for each in running:
        result[each.charger_id].running.append(
            Running(each.id, each.connector_id, each.id_tag, each.status, each.started_at, energy[each.id])
        )
    return list(result.values())


def some_chargers(connection: Connection, most: int = 200) -> list[Row[Any]]:
    """serial and name of the first ones that are known, to choose from."""
    query = select(chargers.c.serial, chargers.c.name).where(chargers.c.known).order_by(chargers.c.serial)
    return list(connection.execute(query.limit(most)))


def known_among(connection: Connection, serials: Collection[str]) -> set[str]:
    """Those of these serials whose chargers are known; no more of them than a query has parameters."""
    query = select(chargers.c.serial).where(chargers.c.known, chargers.c.serial.in_(serials))
    return set(connection.execute(query).scalars())


def count_known(connection: Connection) -> int:
    """How many chargers are known."""
    return connection.execute(select(func.count()).select_from(chargers).where(chargers.c.known)).scalar_one()


def configuration_of(connection: Connection, serial: str) -> list[Row[Any]]:
    """key, value, readonly, received_at; the last that the charger told. A secret has no value."""
    query = (
        select(
            configuration.c.key, configuration.c.value, configuration.c.readonly, configuration.c.received_at
        )
        .join(chargers)
        .where(chargers.c.serial == serial)
        .order_by(func.lower(configuration.c.key))
    )
    return list(connection.execute(query))


def configuration_told(connection: Connection, serial: str) -> tuple[int, float | None]:
    """How many keys those are, and when the last of them came: what has changed if they have."""
    newest = func.max(configuration.c.received_at)
    query = select(func.count(), newest).select_from(configuration).join(chargers)
    count, at = connection.execute(query.where(chargers.c.serial == serial)).one()
    return count, at


def complaints_of(connection: Connection, serial: str | None = None, most: int = 100) -> list[Row[Any]]:
    """id, serial, at, transaction_id, reason, action, payload (JSON): what fits nothing in the books, the newest first."""
    query = (
        select(
            complaints.c.id,
            chargers.c.serial,
            complaints.c.at,
            complaints.c.transaction_id,
            complaints.c.reason,
            complaints.c.action,
            complaints.c.payload,
        )
        .join(chargers)
        .order_by(complaints.c.id.desc())
        .limit(most)
    )
    if serial is not None:
        query = query.where(chargers.c.serial == serial)
    return list(connection.execute(query))


def _of(query: Any, table: Any, one: list[int] | None) -> Any:
    return query if one is None else query.where(table.c.charger_id.in_(one))


def _charger(row: Any, living: set[str]) -> Charger:
    connected = row.transport is not None and row.worker in living
    return Charger(
        serial=row.serial,
        name=row.name,
        known=row.known,
        allowed=row.allowed,
        has_password=row.password_hash is not None,
        transport=row.transport if connected else "",
        worker=row.worker if connected else "",
        connected_at=row.connected_at,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        registration=row.registration or "",
        booted_at=row.booted_at,
        boot=json.loads(row.boot) if row.boot else {},
    )
