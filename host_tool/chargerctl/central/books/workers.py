# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The processes that speak to chargers: which of them live. Each says so every few seconds."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, or_, select, update

from chargerctl.central.books.calls import WORKER_LEASE_S
from chargerctl.central.books.statements import Statements
from chargerctl.central.books.tables import chargers, workers
from chargerctl.central.books.worker_name import has_ended

_FORGOTTEN_AFTER_S = 86_400


def beat(connection: Connection, statements: Statements, worker: str, now: float) -> None:
    """This worker lives. What dead ones were connected to is connected no more."""
    row = {"name": worker, "started_at": now, "last_seen": now}
    connection.execute(statements.worker, row)
    connection.execute(delete(workers).where(workers.c.last_seen < now - _FORGOTTEN_AFTER_S))
    living = select(workers.c.name).where(workers.c.last_seen >= now - WORKER_LEASE_S)
    orphaned = chargers.c.transport.is_not(None) & or_(
        chargers.c.worker.is_(None), chargers.c.worker.not_in(living)
    )
    connection.execute(update(chargers).where(orphaned).values(transport=None, connected_at=now, worker=None))


def leave(connection: Connection, worker: str, now: float) -> None:
    """This worker ends in good order."""
    connection.execute(delete(workers).where(workers.c.name == worker))
    mine = chargers.c.worker == worker
    connection.execute(update(chargers).where(mine).values(transport=None, connected_at=now, worker=None))


def count_living(connection: Connection, now: float) -> int:
    """How many central systems run on these books."""
    living = workers.c.last_seen >= now - WORKER_LEASE_S
    return connection.execute(select(func.count()).select_from(workers).where(living)).scalar_one()


def others(connection: Connection, worker: str, now: float) -> list[str]:
    """Those that live beside this one, by their names. One that was killed on this computer does not."""
    living = workers.c.last_seen >= now - WORKER_LEASE_S
    query = select(workers.c.name).where(living, workers.c.name != worker).order_by(workers.c.name)
    return [name for name in connection.execute(query).scalars() if not has_ended(name)]
