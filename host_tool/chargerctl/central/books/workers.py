# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The processes that speak to chargers: which of them live.

With PostgreSQL each has a lease (chargerctl/leases), which says so. With SQLite there is one process, which says
so itself every few seconds.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, delete, func, or_, select, update

from chargerctl.central.books.statements import Statements
from chargerctl.central.books.tables import chargers, milliseconds, workers
from chargerctl.leases.fence import CLOCK
from chargerctl.leases.worker_name import has_ended

REALM = "central"
WORKER_LEASE_S = 15.0
"""A worker that was not seen for so long is dead."""
_FORGOTTEN_AFTER_S = 86_400
_OURS = workers.c.realm == REALM


def living(now: float) -> Select[Any]:
    """The names of those that have been seen lately, as far as the date here is that of whoever has seen them."""
    seen = workers.c.last_seen >= milliseconds(now - WORKER_LEASE_S)
    return select(workers.c.name).where(_OURS, workers.c.lease_until.is_not(None), seen)


def _living_now(connection: Connection, now: float) -> Select[Any]:
    """The same for whoever has only the date of another computer: by the clock of PostgreSQL. SQLite is on this one."""
    if connection.dialect.name != "postgresql":
        return living(now)
    return select(workers.c.name).where(_OURS, workers.c.lease_until > CLOCK)


def leased() -> Select[Any]:
    """The names of those whose leases nobody has found over: for those that look for it themselves, and need no date."""
    return select(workers.c.name).where(_OURS, workers.c.lease_until.is_not(None))


def beat(connection: Connection, statements: Statements, worker: str, now: float) -> None:
    """This worker lives, which has no lease. What dead ones were connected to is connected no more."""
    moment = milliseconds(now)
    row = {"realm": REALM, "name": worker, "started_at": moment, "last_seen": moment}
    connection.execute(
        statements.worker,
        row | {"lease_until": moment + round(WORKER_LEASE_S * 1000), "epoch": 1, "takes": True},
    )
    old = workers.c.last_seen < milliseconds(now - _FORGOTTEN_AFTER_S)
    connection.execute(delete(workers).where(_OURS, old))
    _part(connection, living(now), now)


def look(connection: Connection, worker: str, now: float) -> None:
    """The same for one that has a lease. It writes something in any case, which shows whether the books can be written."""
    mine = _OURS & (workers.c.name == worker)
    connection.execute(update(workers).where(mine).values(takes=workers.c.takes))
    _part(connection, leased(), now)


def _part(connection: Connection, lives: Select[Any], now: float) -> None:
    orphaned = chargers.c.transport.is_not(None) & or_(
        chargers.c.worker.is_(None), chargers.c.worker.not_in(lives)
    )
    connection.execute(update(chargers).where(orphaned).values(transport=None, connected_at=now, worker=None))


def leave(connection: Connection, worker: str, now: float) -> None:
    """This worker ends in good order."""
    connection.execute(delete(workers).where(_OURS, workers.c.name == worker))
    mine = chargers.c.worker == worker
    connection.execute(update(chargers).where(mine).values(transport=None, connected_at=now, worker=None))


def count_living(connection: Connection, now: float) -> int:
    """How many central systems run on these books."""
    return connection.execute(
        select(func.count()).select_from(_living_now(connection, now).subquery())
    ).scalar_one()


def others(connection: Connection, worker: str, now: float) -> list[str]:
    """Those that live beside this one, by their names. One that was killed on this computer does not."""
    query = _living_now(connection, now).where(workers.c.name != worker).order_by(workers.c.name)
    return [name for name in connection.execute(query).scalars() if not has_ended(name)]
