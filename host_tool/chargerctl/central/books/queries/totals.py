# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Counts and sums over the whole books, for metrics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection, Float, case, cast, func, or_, select

from chargerctl.central.books.tables import calls, chargers, held, seconds, transactions, workers
from chargerctl.central.books.workers import REALM, living_now


@dataclass(frozen=True)
class Totals:
    """Of one charger: its sessions, those of them that have ended, and their energy. None of these ever falls: of a session
    whose stop says less than what counted before it came, what counted before counts on."""

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
    """Of every charger that is known, or ever had a session, in the order of their first sessions, those without one last:
    so whichever come or go, none with a session changes its place. A session whose card was refused counts, for it may
    have energy; one whose meter ran backwards has none."""
    ended = or_(transactions.c.stop_received_at.is_not(None), transactions.c.closed_at.is_not(None))
    energy_wh, counted_wh = transactions.c.energy_wh, transactions.c.counted_wh
    most_wh = case(
        (counted_wh > func.coalesce(energy_wh, 0), counted_wh), (energy_wh > 0, energy_wh), else_=0
    )
    counts = (
        select(
            transactions.c.charger_id,
            func.count().label("started"),
            func.sum(case((ended, 1), else_=0)).label("stopped"),
            # Not as whole numbers, whose sum may be too large for the database where a charger lies.
            func.sum(cast(most_wh, Float)).label("energy"),
            func.min(transactions.c.id).label("first"),
        )
        .group_by(transactions.c.charger_id)
        .subquery()
    )
    query = (
        select(chargers.c.serial, counts.c.started, counts.c.stopped, counts.c.energy)
        .outerjoin(counts, counts.c.charger_id == chargers.c.id)
        .where(or_(chargers.c.known, counts.c.started.is_not(None)))
        .order_by(counts.c.first.is_(None), counts.c.first, chargers.c.id)
    )
    return [
        Totals(each.serial, each.started or 0, each.stopped or 0, int(each.energy or 0))
        for each in connection.execute(query)
    ]


def open_calls(connection: Connection) -> Counter[str]:
    """How many have not ended, by their state: queued, taken or sent."""
    query = select(calls.c.state, func.count().label("number")).where(
        calls.c.state.in_(("queued", "taken", "sent"))
    )
    return Counter({each.state: each.number for each in connection.execute(query.group_by(calls.c.state))})


def workers_now(connection: Connection, now: float) -> list[Worker]:
    """Those that are in the books; one that does not live any more stays there for a day, or until it says goodbye."""
    live = set(connection.execute(living_now(connection, now)).scalars())
    # Those that it is connected to, or, with leases, that it holds.
    connected = select(chargers.c.worker, func.count()).group_by(chargers.c.worker)
    holds = select(held.c.worker, func.count()).where(held.c.realm == REALM).group_by(held.c.worker)
    counts: dict[str | None, int] = {}
    for each in (connected, holds):
        counts.update((row[0], row[1]) for row in connection.execute(each))
    query = (
        select(workers.c.name, workers.c.last_seen).where(workers.c.realm == REALM).order_by(workers.c.name)
    )
    return [
        Worker(each.name, seconds(each.last_seen), each.name in live, counts.get(each.name, 0))
        for each in connection.execute(query)
    ]
