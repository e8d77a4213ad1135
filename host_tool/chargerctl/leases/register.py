# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a share asks of the register of leases (postgres.py, memory.py). Every call is one transaction, by the register's
clock and nobody else's.

A worker has one row with one lease, which is all that is renewed; a charger has one row, which names the worker that holds
it. Whoever takes a charger away from a worker locks that worker's row and raises its epoch. So a worker whose epoch is what
it was still has every charger that it had, and to know that costs one row, however many chargers there are (fence.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from chargerctl.errors import ChargerctlError

LONGEST_NOTE = 1024
"""Characters."""


class RegisterError(ChargerctlError):
    """The register cannot be reached, or has not answered in time. What was asked may have been done."""


@dataclass(frozen=True)
class Standing:
    """epoch: of the worker that asked; takers: the living workers that take chargers, by name; living: all of them; free:
    chargers that nobody holds."""

    epoch: int
    takers: tuple[str, ...]
    living: tuple[str, ...]
    free: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gained:
    """A charger that this worker holds now. free_s: for how long nobody may have spoken to it, in seconds, or None where
    nobody has before; note: what the last holder left when it released it in good order, or None."""

    free_s: float | None = None
    note: str | None = None


@dataclass(frozen=True)
class Released:
    """A charger that its worker holds no more, and has not spoken to for quiet_s seconds. note: for who holds it next, or
    None."""

    note: str | None = None
    quiet_s: float = 0.0


class Register(Protocol):
    """Of one realm: those of different realms do not know of each other. Every method but abort() and wake() is called from
    one thread. RegisterError."""

    realm: str
    busy_since: float | None
    """Since when, by time.monotonic(), the database has owed an answer; None: it owes none. From any thread."""

    def join(self, worker: str, takes: bool) -> int:
        """Begin a lease; its epoch. What this worker held before is free."""

    def renew(self, worker: str, takes: bool) -> Standing | None:
        """Renew the lease, and end those that are over. None: this one is over, whatever came in between."""

    def held(self, worker: str) -> set[str]:
        """The chargers that the worker holds."""

    def claim(self, worker: str, serials: Collection[str]) -> dict[str, Gained] | None:
        """Hold those of these chargers that nobody else holds; which. None: the lease is over."""

    def take(self, worker: str, serials: Collection[str]) -> dict[str, Gained] | None:
        """Hold these chargers, whoever holds them; which: others may want some at the same time. None: the lease is over."""

    def release(self, worker: str, released: Mapping[str, Released]) -> None:
        """Hold these chargers no more."""

    def leave(self, worker: str, quiet_s: float = 0.0) -> tuple[str, ...]:
        """End the lease, and free its chargers: nobody has spoken to them for so long. The names of those that live on: of
        workers that leave at the same time, the last one sees none."""

    def wait(self, timeout_s: float) -> bool:
        """Until a worker has freed chargers, or taken some from another one, which is True; until wake() is called, or the
        time is over."""

    def wake(self) -> None:
        """From any thread: end wait(), also one that only comes."""

    def abort(self) -> None:
        """From any thread: have the call that lasts fail, for the database is too slow."""

    def close(self) -> None:
        """Give back what it has open. Nothing is asked any more."""
