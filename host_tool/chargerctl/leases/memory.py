# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The register of leases in memory, for tests: what postgres.py does, by a clock that the test has.

database = Database(clock)
register = MemoryRegister(database)         # one for each worker
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from chargerctl.leases.fence import Token
from chargerctl.leases.register import LONGEST_NOTE, Gained, RegisterError, Released, Standing
from chargerctl.leases.validity import LEASE_S


@dataclass
class _Worker:
    until: float | None
    epoch: int
    takes: bool


@dataclass
class _Charger:
    worker: str | None
    free_since: float | None = None
    note: str | None = None


class Database:
    """What all registers share. clock: seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.workers: dict[str, _Worker] = {}
        self.chargers: dict[str, _Charger] = {}
        self.registers: list[MemoryRegister] = []

    def stands(self, token: Token) -> bool:
        """As the fence has it (fence.py)."""
        worker = self.workers.get(token.worker)
        return worker is not None and worker.epoch == token.epoch and self.lives(token.worker)

    def lives(self, name: str) -> bool:
        worker = self.workers.get(name)
        return worker is not None and worker.until is not None and worker.until > self.clock()

    def free(self, name: str, since: float) -> None:
        """All chargers of this worker."""
        for charger in self.chargers.values():
            if charger.worker == name:
                charger.worker, charger.free_since, charger.note = None, since, None


class MemoryRegister:
    """See Register (register.py). is_cut_off: set it, and every call fails."""

    def __init__(self, database: Database, realm: str = "central") -> None:
        self.realm = realm
        self.busy_since: float | None = None
        self.is_cut_off = False
        self._database = database
        self._woken = threading.Event()
        self._is_told = False
        database.registers.append(self)

    def join(self, worker: str, takes: bool) -> int:
        here = self._reached()
        before = here.workers.get(worker)
        self._end(worker)
        epoch = 1 if before is None else before.epoch + 1
        here.workers[worker] = _Worker(here.clock() + LEASE_S, epoch, takes)
        return epoch

    def renew(self, worker: str, takes: bool) -> Standing | None:
        here = self._reached()
        if not here.lives(worker):
            return None
        row = here.workers[worker]
        row.until, row.takes = here.clock() + LEASE_S, takes
        for name in here.workers:
            if not here.lives(name):
                self._end(name)
        living = sorted(name for name in here.workers if here.lives(name))
        free = sorted(serial for serial, each in here.chargers.items() if each.worker is None)
        takers = tuple(name for name in living if here.workers[name].takes)
        return Standing(row.epoch, takers, tuple(living), tuple(free))

    def held(self, worker: str) -> set[str]:
        return {serial for serial, each in self._reached().chargers.items() if each.worker == worker}

    def claim(self, worker: str, serials: Collection[str]) -> dict[str, Gained] | None:
        here = self._reached()
        if not here.lives(worker):
            return None
        gained = {}
        for serial in serials:
            row = here.chargers.setdefault(serial, _Charger(None))
            if row.worker in (None, worker):
                row.worker = worker
                gained[serial] = Gained(self._free_s(row), row.note)
        return gained

    def take(self, worker: str, serials: Collection[str]) -> dict[str, Gained] | None:
        here = self._reached()
        return {each: self._take(here, worker, each) for each in serials} if here.lives(worker) else None

    def release(self, worker: str, released: Mapping[str, Released]) -> None:
        here = self._reached()
        for serial, each in released.items():
            row = here.chargers.get(serial)
            if row is not None and row.worker == worker:
                row.worker, row.free_since = None, here.clock() - each.quiet_s
                row.note = None if each.note is None else each.note[:LONGEST_NOTE]
        self._notify()

    def leave(self, worker: str, quiet_s: float = 0.0) -> tuple[str, ...]:
        here = self._reached()
        self._end(worker, quiet_s)
        return tuple(sorted(name for name in here.workers if here.lives(name)))

    def wait(self, timeout_s: float) -> bool:
        self._woken.wait(timeout_s)
        self._woken.clear()
        told, self._is_told = self._is_told, False
        return told

    def wake(self) -> None:
        self._woken.set()

    def abort(self) -> None:
        pass

    def close(self) -> None:
        pass

    def _take(self, here: Database, worker: str, serial: str) -> Gained:
        row = here.chargers.setdefault(serial, _Charger(None))
        if row.worker is not None:
            row.free_since = here.clock()
        if row.worker not in (None, worker):
            here.workers[str(row.worker)].epoch += 1
            self._notify()
        row.worker, row.note = worker, None
        return Gained(self._free_s(row))

    def _reached(self) -> Database:
        if self.is_cut_off:
            raise RegisterError("the leases cannot be reached: cut off")
        return self._database

    def _end(self, name: str, quiet_s: float = 0.0) -> None:
        row = self._database.workers.get(name)
        if row is not None and row.until is not None:
            self._database.free(name, min(row.until, self._database.clock() - quiet_s))
            row.until = None
            row.epoch += 1
            self._notify()

    def _notify(self) -> None:
        for each in self._database.registers:
            if each is not self:
                each._is_told = True
                each.wake()

    def _free_s(self, row: _Charger) -> float | None:
        return None if row.free_since is None else max(0.0, self._database.clock() - row.free_since)
