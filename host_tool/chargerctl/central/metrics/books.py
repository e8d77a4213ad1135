# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the books know, read when Prometheus asks."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries.totals import Totals, Worker, open_calls, totals, workers_now
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.books.turns import BusyError, Turns
from chargerctl.central.live.read import read_states
from chargerctl.central.live.state import STATUSES, State
from chargerctl.central.metrics import names
from chargerctl.central.metrics.families import family, single
from chargerctl.central.metrics.labels import MOST_CHARGERS, NONE, OTHER

JOULES = 3600
"""In a watt-hour."""
# The sums of all sessions go through all of them: not more often than takes this share of one core.
_SHARE = 0.02
# Who asks holds up no viewer of the page, nor what answers the chargers.
_AT_ONCE = 2
_WAITING = 4


class OfBooks(Collector):
    """If the books cannot be read, one metric says so, and the others are missing. BusyError: too many ask at once."""

    def __init__(
        self,
        store: DatabaseStore,
        now: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store.in_turns(Turns(_AT_ONCE, _WAITING))
        self._now = now
        self._steady = steady
        # Two scrapes at once would read the same sums.
        self._lock = threading.Lock()
        self._totals: Sequence[Totals] = ()
        self._totals_until = float("-inf")

    def collect(self) -> Iterator[Family]:
        began = self._steady()
        try:
            with self._store.reading() as connection:
                now = self._now()
                sums = self._sums(connection)
                states = read_states(connection, now)
                calls = open_calls(connection)
                workers = workers_now(connection, now)
        except BusyError:
            raise
        except BooksError:
            yield single(names.BOOKS_UP, 0)
            return
        yield single(names.BOOKS_UP, 1)
        yield single(names.BOOKS_READ, self._steady() - began)
        if self._store.frames_size is not None:
            yield single(names.FRAMES_KEPT, self._store.frames_size)
        yield from _of_chargers(states.values())
        yield from _of_sums(sums)
        yield family(names.CALLS, {(state,): calls[state] for state in ("queued", "taken", "sent")})
        yield from _of_workers(workers)

    def _sums(self, connection: Connection) -> Sequence[Totals]:
        with self._lock:
            began = self._steady()
            if began >= self._totals_until:
                self._totals = totals(connection)
                took = self._steady() - began
                self._totals_until = began + took / _SHARE
            return self._totals


def _of_chargers(states: Iterable[State]) -> Iterator[Family]:
    found = [*states]
    # Also those that are let in without being known, while they are there.
    ours = [each for each in found if each.known or (each.online and each.registration == "Accepted")]
    by_state = Counter((each.transport or NONE, each.registration or NONE) for each in ours)
    for transport in ("mqtt", "websocket", NONE):
        by_state.setdefault((transport, "Accepted"), 0)
    yield family(names.CHARGERS, by_state)
    yield single(names.ASKING, sum(each.asks for each in found))
    statuses = {(status, online): 0 for status in STATUSES for online in ("true", "false")}
    for charger in ours:
        for connector in charger.connectors:
            key = connector.status, str(charger.online).lower()
            if connector.id and key in statuses:
                statuses[key] += 1
    yield family(names.CONNECTORS, statuses)
    yield from _of_each(ours[:MOST_CHARGERS])


def _of_each(chargers: Sequence[State]) -> Iterator[Family]:
    yield family(names.CHARGER_ONLINE, {(each.serial,): each.online for each in chargers})
    seen = {(each.serial,): each.last_seen for each in chargers if each.last_seen is not None}
    yield family(names.CHARGER_SEEN, seen)
    faulted = {
        (each.serial,): sum(connector.status == "Faulted" for connector in each.connectors)
        for each in chargers
    }
    yield family(names.CHARGER_FAULTED, faulted)
    yield family(names.RUNNING, {(each.serial,): len(each.sessions) for each in chargers})
    energy = {
        (each.serial,): JOULES * sum(session.energy_wh or 0 for session in each.sessions) for each in chargers
    }
    yield family(names.SESSION_ENERGY, energy)
    power = {(each.serial,): each.power_w for each in chargers if each.power_w is not None}
    yield family(names.SESSION_POWER, power)


def _of_sums(sums: Sequence[Totals]) -> Iterator[Family]:
    """Of the chargers that were there first, which stay the same; the others together, so that the sum over all is right."""
    started: Counter[tuple[str, ...]] = Counter()
    stopped: Counter[tuple[str, ...]] = Counter()
    energy: Counter[tuple[str, ...]] = Counter()
    for place, each in enumerate(sums):
        key = (each.serial if place < MOST_CHARGERS else OTHER,)
        started[key] += each.started
        stopped[key] += each.stopped
        energy[key] += JOULES * each.energy_wh
    yield family(names.STARTED, started)
    yield family(names.STOPPED, stopped)
    yield family(names.ENERGY, energy)


def _of_workers(workers: Sequence[Worker]) -> Iterator[Family]:
    yield single(names.WORKERS, sum(each.lives for each in workers))
    yield family(names.WORKER_SEEN, {(each.name,): each.last_seen for each in workers})
    yield family(names.WORKER_CHARGERS, {(each.name,): each.chargers for each in workers})
