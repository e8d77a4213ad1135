# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Shares the chargers with other processes on the same books: what the leases say goes to the desk and to the transports,
and what these know to the leases."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.books.workers import REALM
from chargerctl.central.desk.desk import Desk
from chargerctl.central.mqtt.side import MqttSide
from chargerctl.central.settings import CentralSettings
from chargerctl.events.event import Event, Tell
from chargerctl.leases.broker import BrokerWatch
from chargerctl.leases.keeper import Keeper
from chargerctl.leases.postgres import PostgresRegister
from chargerctl.leases.register import Gained, RegisterError, Released
from chargerctl.leases.share import Share
from chargerctl.loop_thread import LoopThread

# A desk that has not begun a unit of work for so long hangs, and so does a loop that has not come round.
_HANGS_S = 8.0
_TICK_S = 1.0
_TAKE_S = 5.0
# A frame reaches two processes at two moments: in the end one of them is rather handled by both than by none.
_OVERLAP_S = 0.5


class Sharing:
    """Of one process, from start() to leave(). It is what desk and transports see of the leases, and their Holder."""

    def __init__(self, store: DatabaseStore, thread: LoopThread, tell: Tell, *, own_broker: bool) -> None:
        """own_broker: no other process is at it."""
        self._store = store
        self._thread = thread
        self._tell = tell
        self.own_broker = own_broker
        register = PostgresRegister(store.url, REALM)
        self._share = Share(register, store.worker, self, tell)
        self._keeper = Keeper(self._share, register)
        self._desk: Desk | None = None
        self._side: MqttSide | None = None
        self._on_change: list[Callable[[Mapping[str, float | None]], object]] = []
        self._broker = BrokerWatch(self._share, thread.loop, self._connected)
        self._left = self._is_last = False
        self._ticked_at = time.monotonic()
        store.fenced_by(lambda: self._share.token)

    def start(self, desk: Desk, side: MqttSide | None) -> None:
        """Begin. Then the books know that this process works, if the database is not slow."""
        self._desk, self._side = desk, side
        self._thread.loop.call_soon_threadsafe(self._tick)
        self.look()
        self._keeper.start()
        self._keeper.wait_for_first_step()

    @property
    def failure(self) -> BaseException | None:
        """What has ended it before its time: a bug."""
        return self._keeper.failure

    def subscribe(self, act: Callable[[Mapping[str, float | None]], object]) -> None:
        """Called when other chargers are held than before, with those that were gained, and for how many seconds nobody may
        have spoken to them, None for always; from any thread."""
        self._on_change.append(act)

    def look(self) -> None:
        """Which chargers there are: those in the books, and those that are connected. About every minute."""
        wanted = set(self._side.present) if self._side is not None else set()
        try:
            wanted.update(self._store.known())
        except BooksError:
            return  # the desk tells
        self._share.want(wanted)
        # Strangers that have gone.
        desk = self._desk
        gone = [
            each
            for each in set(self._share.wanted()) - wanted
            if desk is not None and not (self._share.holds(each) and desk.has_link(each))
        ]
        if desk is not None and gone:
            desk.lost(gone)
            self._share.unwant(gone)
            self._forget(gone)
        self._thread.loop.call_soon_threadsafe(self._broker.look)

    def retire(self) -> None:
        """Take no more chargers: the end is near."""
        self._share.retire()

    def leave(self) -> bool:
        """End the lease, after the desk has ended; whether other processes speak to the chargers from now on, as far as
        that is known."""
        if self._left:
            return False
        self._share.fall_silent(_OVERLAP_S)
        self._left = True
        others = self._share.others
        # What the desk has sent goes out first.
        self._thread.run(asyncio.sleep(0), _TAKE_S)
        try:
            others = bool(self._keeper.close())
        except RegisterError as error:
            self._tell(Event("leases", f"the end of this process is not in the database: {error}"))
        self._is_last = not others
        return others

    # For the desk and the transports.

    def holds(self, serial: str) -> bool:
        return self._is_last or self._share.holds(serial)

    @property
    def may_speak(self) -> bool:
        return self._is_last or self._share.may_speak

    def want(self, serials: Collection[str]) -> None:
        self._share.want(serials)
        if self.own_broker:
            for serial in serials:
                self._share.take(serial)

    def release(self, serials: Collection[str], quiet_s: float) -> None:
        if serials:
            self._forget(serials)
            self._share.release(dict.fromkeys(serials, Released(quiet_s=quiet_s)))

    def doubt(self) -> None:
        self._share.doubt()

    async def take(self, serial: str) -> bool:
        try:
            async with asyncio.timeout(_TAKE_S):
                return await asyncio.wrap_future(self._share.take(serial))
        except (RegisterError, TimeoutError) as error:
            self._tell(
                Event("leases", f"cannot be taken over now: {error or 'the database is slow'}", serial)
            )
            return False

    def reached(self, broker: bool) -> None:
        """On the loop."""
        self._broker.reached(broker)

    # Holder.

    def gained(self, chargers: Mapping[str, Gained]) -> None:
        free_s = {serial: each.free_s for serial, each in chargers.items()}
        if self._side is not None:
            self._side.announce(chargers, True)
            self._side.gained(free_s)
        self._changed(free_s)

    def lost(self, serials: Collection[str], still_ours: bool) -> None:
        if self._desk is not None:
            self._desk.lost(serials)
        if still_ours and self._side is not None:
            self._side.announce(serials, False)
        self._forget(serials)
        self._changed({})

    def give_up(self, serials: Collection[str]) -> None:
        if self._desk is not None and not self.own_broker:
            self._desk.give_up(serials)

    def is_well(self) -> bool:
        desk, now = self._desk, time.monotonic()
        if desk is None:
            return True
        return desk.failure is None and now - desk.stepped_at < _HANGS_S and now - self._ticked_at < _HANGS_S

    def _tick(self) -> None:
        """The loop that carries what comes and goes still does."""
        self._ticked_at = time.monotonic()
        if not self._left:
            self._thread.loop.call_later(_TICK_S, self._tick)

    def _connected(self) -> set[str]:
        return set() if self._desk is None else self._desk.connected_here()

    def _forget(self, serials: Collection[str]) -> None:
        if self._side is not None:
            self._side.lost(serials)

    def _changed(self, gained: Mapping[str, float | None]) -> None:
        for act in self._on_change:
            act(gained)


@contextmanager
def sharing(
    settings: CentralSettings, store: DatabaseStore, thread: LoopThread, tell: Tell
) -> Iterator[Sharing | None]:
    """None with SQLite, where only one process can be at work."""
    if store.url.get_backend_name() == "sqlite":
        yield None
        return
    own_broker = settings.broker is None and settings.listen is not None
    found = Sharing(store, thread, tell, own_broker=own_broker)
    try:
        yield found
    finally:
        found.leave()
