# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Counts and sums over the whole books, for metrics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from chargerctl.central.books.calls import WORKER_LEASE_S
from chargerctl.central.books.tables import calls, chargers, transactions, workers


@dataclass(frozen=True)
class Totals:
    """Of one charger: its sessions, and those that have ended with their energy. None of them ever falls."""

    serial: str
    started: int
    stopped: int
    energy_wh: int


@dataclass(frozen=True)
class Worker:
    """A process that speaks to chargers. lives: it has said so within its lease; chargers: that it speaks to."""

    name: str
    last_seen: float
    lives: bool
    chargers: int


def totals(connection: Connection) -> list[Totals]:
    """Of every charger that ever had a session, those first that were there first. A meter that runs backwards, and a
    session whose card was refused, count nothing."""
    counts = (
        select(
            transactions.c.charger_id,
            func.count().label("started"),
            func.count(transactions.c.stop_received_at).label("stopped"),
            func.sum(case((transactions.c.energy_wh > 0, transactions.c.energy_wh), else_=0)).label("energy"),
        )
        .where(transactions.c.status == "Accepted")
        .group_by(transactions.c.charger_id)
        .subquery()
    )
    query = select(chargers.c.serial, counts.c.started, counts.c.stopped, counts.c.energy)
    found = connection.execute(
        query.join(counts, counts.c.charger_id == chargers.c.id).order_by(chargers.c.id)
    )
    return [Totals(each.serial, each.started, each.stopped, int(each.energy)) for each in found]


def open_calls(connection: Connection) -> Counter[str]:
    """How many have not ended, by their state: queued, taken or sent."""
    query = select(calls.c.state, func.count().label("number")).where(
        calls.c.state.in_(("queued", "taken", "sent"))
    )
    return Counter({each.state: each.number for each in connection.execute(query.group_by(calls.c.state))})


def workers_now(connection: Connection, now: float) -> list[Worker]:
    """Those that are in the books; one that does not live any more stays there for a day, or until it says goodbye."""
    speaks = func.count(chargers.c.id).label("chargers")
    query = (
        select(workers.c.name, workers.c.last_seen, speaks)
        .outerjoin(chargers, chargers.c.worker == workers.c.name)
        .group_by(workers.c.name, workers.c.last_seen)
        .order_by(workers.c.name)
    )
    return [
        Worker(each.name, each.last_seen, each.last_seen >= now - WORKER_LEASE_S, each.chargers)
        for each in connection.execute(query)
    ]
