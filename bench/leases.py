# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the fence costs: the same frames through the desk into PostgreSQL, with a lease that is asked about at the end of
each unit of work, and without one. Both in turn, in one process, so that what else runs here is the same for both.

CHARGERCTL_BENCH_SECONDS: how long for each size of a unit, 10.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import DatabaseStore, open_books
from chargerctl.central.books.workers import REALM
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.desk.desk import Desk
from chargerctl.leases.fence import Token
from chargerctl.leases.postgres import PostgresRegister
from chargerctl.leases.validity import LEASE_S

# Frames that arrive together: a charger alone, some, and a storm.
SIZES = (1, 10, 100)
GOAL = 0.05
_ROUNDS_EACH = 20


@dataclass(frozen=True)
class Quiet:
    """A link to nobody."""

    serial: str
    transport: str = "mqtt"

    def send(self, frame: str) -> None:
        pass

    def close(self, reason: str) -> None:
        pass

    def available(self, online: bool | None) -> None:
        pass


@dataclass
class Spent:
    """In all: seconds of CPU, seconds, and frames."""

    cpu_s: float = 0.0
    real_s: float = 0.0
    frames: int = 0
    chosen: list[float] = field(default_factory=list)

    @property
    def each_us(self) -> float:
        """The median of the rounds' CPU time of a frame: rounds in which something else got in the way do not count."""
        return 1e6 * sorted(self.chosen)[len(self.chosen) // 2]


class Central:
    """A desk over these books, without its thread, and its chargers."""

    def __init__(self, store: DatabaseStore, prefix: str) -> None:
        self._desk = Desk(store, lambda serial, books, *hooks: Conversation(books=books), lambda event: None)
        self._links = [Quiet(f"{prefix}{number:03}") for number in range(max(SIZES))]
        self._count = 0
        self.spent = {size: Spent() for size in SIZES}
        for each in self._links:
            self._desk.connected(each.serial, each)
        self._call(self._links, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})

    def rounds(self, size: int) -> None:
        """Some units of so many frames."""
        spent = self.spent[size]
        for number in range(_ROUNDS_EACH):
            cpu, real = time.process_time(), time.perf_counter()
            value = {"timestamp": "2026-11-22T07:30:00Z", "sampledValue": [{"value": str(self._count)}]}
            if number % 2:
                self._call(self._links[:size], "MeterValues", {"connectorId": 1, "meterValue": [value]})
            else:
                self._call(self._links[:size], "Heartbeat", {})
            took = time.process_time() - cpu
            spent.cpu_s += took
            spent.real_s += time.perf_counter() - real
            spent.frames += size
            spent.chosen.append(took / size)

    def _call(self, links: Sequence[Quiet], action: str, payload: dict[str, object]) -> None:
        self._count += 1
        frame = json.dumps([2, str(self._count), action, payload])
        for each in links:
            self._desk.received(each.serial, each, frame)
        while self._desk.waiting().frames:
            time.sleep(max(0.0, self._desk.pause()))
            self._desk.step()


def main() -> None:
    import pytest

    from tests.postgres import Postgres

    try:
        server = Postgres(fsync=False)
    except pytest.skip.Exception as error:
        print(f"  left out: {error}")
        return
    try:
        _run(server.database(), float(os.environ.get("CHARGERCTL_BENCH_SECONDS", "10")))
    finally:
        server.close()


def _run(database: str, seconds: float) -> None:
    everybody = Policies(Policy.ACCEPT, Policy.ACCEPT)
    plain, fenced = open_books(database, everybody), open_books(database, everybody)
    register = PostgresRegister(fenced.url, REALM)
    epoch = register.join(fenced.worker, takes=True)
    fenced.fenced_by(lambda: Token(REALM, fenced.worker, epoch))
    without, with_it = Central(plain, "A"), Central(fenced, "B")
    turn = [without, with_it]
    print(f"  {'frames in a unit':>18}{'without':>14}{'with a fence':>14}   CPU of a frame, us")
    for size in SIZES:
        end = time.monotonic() + seconds
        renew_at = 0.0
        while time.monotonic() < end:
            if time.monotonic() > renew_at:
                register.renew(fenced.worker, takes=True)
                renew_at = time.monotonic() + LEASE_S / 5
            # Neither is always the one that finds what the other one has left in the caches.
            for each in turn:
                each.rounds(size)
            turn.reverse()
        before, after = without.spent[size].each_us, with_it.spent[size].each_us
        more = after / before - 1
        verdict = "held" if more <= GOAL else "NOT MET"
        print(
            f"  {size:>18}{before:>14,.0f}{after:>14,.0f}   {more:+.1%} (goal: at most {GOAL:.0%}: {verdict})",
            flush=True,
        )
    register.leave(fenced.worker)
    register.close()
    plain.close()
    fenced.close()
