# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which chargers a worker holds, wants, and leaves to others. Pure: whoever uses it from several threads has a lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from chargerctl.leases.register import Gained, Released
from chargerctl.leases.rendezvous import preferred

_PLAIN = Released()

CLAIM_DELAY_S = 1.5
"""So long the worker that a charger had best be with has it to itself."""
MOST_WANTED = 50_000
MOST_AT_ONCE = 500
"""Chargers in one transaction, which must not last (keeper.CALL_S)."""
# Chargers that are asked for at a time, so that not all of them are without a worker at once.
_MOST_GIVEN_UP = 100


class Roll:
    """Of this worker. Times are those of one steady clock, in seconds."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.mine: set[str] = set()
        self.wanted: set[str] = set()
        self.paused = False
        """None is claimed."""
        self.takers: tuple[str, ...] = ()
        """The living workers that take chargers."""
        # Of those that are wanted: what nobody may hold, and since when this worker knows.
        self._open: dict[str, float] = {}
        self._released: dict[str, Released] = {}
        # Were looked at, whether they had better be elsewhere.
        self._asked: set[str] = set()

    def want(self, serials: Iterable[str], now: float) -> bool:
        """Whether there is anything to claim."""
        for serial in serials:
            if serial not in self.wanted and len(self.wanted) < MOST_WANTED:
                self.wanted.add(serial)
                if serial not in self.mine:
                    self._open.setdefault(serial, now)
        return bool(self._open)

    def unwant(self, serials: Iterable[str]) -> None:
        """Those that are held are let go."""
        for serial in serials:
            self.wanted.discard(serial)
            self._open.pop(serial, None)
            if serial in self.mine:
                self.let_go(serial)

    def let_go(self, serial: str, how: Released = _PLAIN) -> None:
        """It is this worker's no more, as soon as the register knows (take_released)."""
        self.mine.discard(serial)
        self._released[serial] = how

    def take_released(self) -> dict[str, Released]:
        """Since the last time."""
        released, self._released = self._released, {}
        return released

    def put_back_released(self, released: Mapping[str, Released]) -> None:
        """The register does not know yet."""
        self._released = {**released, **self._released}

    def notice(self, takers: tuple[str, ...], free: Iterable[str], now: float) -> None:
        """Of a renewal."""
        if takers != self.takers:
            self.takers = takers
            self._asked.clear()
            # A row that one of them had may be gone, and not free.
            self.reopen(now)
        for serial in free:
            if serial in self.wanted and serial not in self.mine:
                self._open.setdefault(serial, now)

    def reopen(self, now: float) -> None:
        """Nobody knows who holds what."""
        for serial in sorted(self.wanted - self.mine):
            self._open.setdefault(serial, now)

    def claimable(self, now: float) -> list[str]:
        """What to claim now, not too much at once."""
        if not self._claims:
            return []
        found: list[str] = []
        for serial, since in self._open.items():
            if now - since >= CLAIM_DELAY_S or preferred(serial, self.takers) == self.worker:
                found.append(serial)
                if len(found) == MOST_AT_ONCE:
                    break
        return found

    @property
    def next_claim(self) -> float | None:
        """When the worker that the oldest one had best be with has had its time."""
        if not self._claims:
            return None
        return next((since + CLAIM_DELAY_S for since in self._open.values()), None)

    @property
    def _claims(self) -> bool:
        return not self.paused and self.worker in self.takers

    def hold(
        self, asked: Iterable[str], found: Mapping[str, Gained], *, have_come: bool = False
    ) -> dict[str, Gained]:
        """Of those that were asked for, these were got: those of them that are still wanted. The others are given back.
        have_come: they have connected to this worker, whether it is paused or not."""
        gained = {}
        for serial in asked:
            self._open.pop(serial, None)
        for serial, each in found.items():
            self._released.pop(serial, None)
            if serial not in self.wanted or (self.paused and not have_come):
                self.let_go(serial, Released(each.note, each.free_s or 0.0))
            else:
                self.mine.add(serial)
                gained[serial] = each
        return gained

    def surplus(self) -> list[str]:
        """Of what is held, some that had better be elsewhere; each is asked about once, until workers come or go."""
        if len(self.takers) < 2 or self.worker not in self.takers:
            return []
        found: list[str] = []
        for serial in sorted(self.mine - self._asked):
            if len(found) == _MOST_GIVEN_UP:
                break
            if preferred(serial, self.takers) != self.worker:
                found.append(serial)
            self._asked.add(serial)
        return found

    def remove(self, gone: Collection[str]) -> set[str]:
        """Others have these; which of them were held."""
        lost = self.mine.intersection(gone)
        self.mine -= lost
        return lost

    def end(self) -> set[str]:
        """The lease is over: nothing is held; what was."""
        gone, self.mine = self.mine, set()
        self._asked.clear()
        self._released.clear()
        return gone
