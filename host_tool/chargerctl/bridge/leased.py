# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several bridges share the chargers by leases in PostgreSQL (chargerctl/leases): between its threads and the bridge's loop.

A charger is this bridge's from gained() on, and no more when holds() is false: on the loop lost() comes a little later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from chargerctl.bridge.handover import note, of_note
from chargerctl.bridge.shares import Chargers
from chargerctl.events.event import Tell
from chargerctl.leases.broker import BrokerWatch
from chargerctl.leases.keeper import Keeper
from chargerctl.leases.register import Gained, Register, RegisterError, Released
from chargerctl.leases.share import Share
from chargerctl.leases.validity import PARTING_S, steady_clock

REALM = "bridge"

# While the loop does not turn for so long, the leases are not renewed.
_HANGS_S = 3.0
_TICK_S = 0.5
# After that it has first to read what the broker has sent meanwhile: too old to be known from a note.
_BEHIND_S = 5.0
# For a moment in which no call of a charger waits for its answer: when another bridge had better have it, and at the end.
_PATIENT_S = 10.0
_IMPATIENT_S = 2.0


class Leased:
    """Shares (shares.py). worker: a name that no other process has. On the loop, but for what Holder has: those are called
    by the threads of the leases."""

    def __init__(self, register: Register, worker: str, tell: Tell) -> None:
        self._loop = asyncio.get_running_loop()
        self._steady = steady_clock()
        self._share = Share(register, worker, self, tell)
        self._keeper = Keeper(self._share, register)
        self._chargers: Chargers | None = None
        self._wanted: list[str] = []
        self._ticked_at = self._steady()
        self._behind_until = float("-inf")
        self._ticking: asyncio.Task[None] | None = None
        self._broker = BrokerWatch(self._share, self._loop)
        self._handing_over: set[asyncio.Task[None]] = set()
        self.failed: asyncio.Future[None] = self._loop.create_future()

    # Of the bridge.

    def holds(self, serial: str) -> bool:
        return self._share.holds(serial)

    def want(self, serial: str) -> None:
        # All of a turn of the loop at once: at the start there can be thousands.
        if not self._wanted:
            self._loop.call_soon(self._want)
        self._wanted.append(serial)

    def begin(self, chargers: Chargers) -> None:
        self._chargers = chargers
        self._ticked_at = self._steady()
        self._ticking = self._loop.create_task(self._tick())
        self._keeper.start()

    def broker(self, is_connected: bool) -> None:
        self._broker.reached(is_connected)

    async def end(self, chargers: Chargers) -> None:
        if self._ticking is None:
            return  # it never began
        for task in [*self._handing_over]:
            task.cancel()
        self._share.retire()
        if self._share.others:
            await asyncio.gather(*(self._hand_over(each, _IMPATIENT_S) for each in self._share.held()))
        else:
            await chargers.close()
        self._ticking.cancel()
        try:
            living = await asyncio.to_thread(self._keeper.close)
        except RegisterError:
            return  # whoever takes them over tells them
        if not living:
            chargers.tell_all_offline()

    def _want(self) -> None:
        self._share.want(self._wanted)
        self._wanted.clear()

    async def _tick(self) -> None:
        while self._keeper.failure is None:
            now = self._steady()
            if not self.is_well():
                self._behind_until = now + _BEHIND_S
            self._ticked_at = now
            await asyncio.sleep(_TICK_S)
        self.failed.set_exception(self._keeper.failure)

    async def _hand_over(self, serial: str, patience_s: float) -> None:
        assert self._chargers is not None
        passed = await self._chargers.hand_over(serial, patience_s)
        self._share.release({serial: Released(None if passed is None else note(passed))})

    # Of the leases (Holder in share.py), on their threads.

    def gained(self, chargers: Mapping[str, Gained]) -> None:
        self._loop.call_soon_threadsafe(self._on_gained, chargers)

    def lost(self, serials: Collection[str], still_ours: bool) -> None:
        self._loop.call_soon_threadsafe(self._on_lost, serials, still_ours, self._steady())

    def give_up(self, serials: Collection[str]) -> None:
        self._loop.call_soon_threadsafe(self._on_give_up, serials)

    def is_well(self) -> bool:
        return self._steady() - self._ticked_at < _HANGS_S

    # The same on the loop.

    def _on_gained(self, chargers: Mapping[str, Gained]) -> None:
        assert self._chargers is not None
        is_behind = not self.is_well() or self._steady() < self._behind_until
        for serial, each in chargers.items():
            if self._share.holds(serial):
                passed = None if each.note is None or is_behind else of_note(each.note)
                self._chargers.gained(serial, passed)

    def _on_lost(self, serials: Collection[str], still_ours: bool, at: float) -> None:
        assert self._chargers is not None
        # This process may have stood still in between.
        nobody_has_them = still_ours and self._steady() - at < PARTING_S
        for serial in serials:
            self._chargers.lost(serial, nobody_has_them)

    def _on_give_up(self, serials: Collection[str]) -> None:
        for serial in serials:
            task = self._loop.create_task(self._hand_over(serial, _PATIENT_S))
            self._handing_over.add(task)
            task.add_done_callback(self._handing_over.discard)
