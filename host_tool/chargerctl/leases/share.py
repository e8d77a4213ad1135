# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One worker's share of the chargers: what it holds, wants and gives up, and whether it may speak at all.

    share = Share(register, name, holder, tell)
    share.want(["GA001"])                     # it is to be somebody's, and may be ours
    if share.holds("GA001"): ...              # before every frame, either way: costs nothing
    share.release({"GA001": note})            # it is ours no more; who holds it next gets the note

A charger that nobody holds is claimed by the worker that it had best be with (rendezvous.py), and after a moment by any
other that wants it. When workers come or go, the holder is asked to give up those that had better be elsewhere.

step() asks the register, and waits for it; check() only looks at the clock. keeper.py calls both, from a thread each;
everything else may be called from any thread, and waits for nobody, but for take().
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from typing import Protocol

from chargerctl.events.event import Event, Tell
from chargerctl.leases.fence import Token
from chargerctl.leases.register import Gained, Register, RegisterError
from chargerctl.leases.rendezvous import preferred
from chargerctl.leases.validity import CLOSING_S, Validity, steady_clock

RENEW_S = 2.0
CLAIM_DELAY_S = 1.5
"""So long the worker that a charger had best be with has it to itself."""
# A renewal has failed twice: so long before everything is closed somebody is told.
_WARN_S = 3.0
# A register that fails at once is not asked again at once.
_AGAIN_S = 0.5
# In one transaction.
_MOST_CLAIMED = 500
# Chargers that are asked for at a time, so that not all of them are without a worker at once.
_MOST_GIVEN_UP = 100
MOST_WANTED = 50_000


class Holder(Protocol):
    """The program whose share it is. Called from the threads of the keeper, and must not wait."""

    def gained(self, chargers: Mapping[str, Gained]) -> None:
        """It speaks to these chargers from now on."""

    def lost(self, serials: Collection[str], still_ours: bool) -> None:
        """It does not any more. still_ours: nobody else does yet, for CLOSING_S (validity.py), since no renewal came in
        time; else somebody may already."""

    def give_up(self, serials: Collection[str]) -> None:
        """These had better be with another worker: release() them in a quiet moment, or not. Asked once."""

    def is_well(self) -> bool:
        """Whether the program still works through what arrives. While it does not, nothing is renewed."""


class Share:
    """See the docstring of this module. worker: a name that no other process has."""

    def __init__(
        self,
        register: Register,
        worker: str,
        holder: Holder,
        tell: Tell,
        steady: Callable[[], float] | None = None,
    ) -> None:
        """steady: the clock of the validity (validity.py), but for tests."""
        self.worker = worker
        self._register = register
        self._holder = holder
        self._tell = tell
        self._steady = steady or steady_clock()
        self._lock = threading.Lock()
        self._validity = Validity()
        # None: no lease.
        self._epoch: int | None = None
        self._renew_at = float("-inf")
        self._mine: set[str] = set()
        self._wanted: set[str] = set()
        # Of those that are wanted: what nobody may hold, and since when this worker knows.
        self._open: dict[str, float] = {}
        self._released: dict[str, str | None] = {}
        self._quiet_s = 0.0
        self._asked: set[str] = set()
        self._takers: tuple[str, ...] = ()
        self._living: tuple[str, ...] = ()
        self._takes: list[tuple[str, Future[bool]]] = []
        self._paused = False
        self._retired = False
        self._warned = False
        self._was_lost = False

    # From any thread.

    def holds(self, serial: str) -> bool:
        """Whether this worker may speak to this charger now."""
        return serial in self._mine and self._validity.lasts(self._steady())

    def held(self) -> list[str]:
        """The chargers of this worker."""
        with self._lock:
            return list(self._mine)

    @property
    def may_speak(self) -> bool:
        """Whether this worker may speak to those that it holds."""
        return self._validity.lasts(self._steady())

    def wanted(self) -> list[str]:
        """The chargers that it would hold."""
        with self._lock:
            return list(self._wanted)

    @property
    def token(self) -> Token | None:
        """For a transaction (fence.py): take it before looking at who is held. None: there is no lease."""
        epoch = self._epoch
        return None if epoch is None else Token(self._register.realm, self.worker, epoch)

    @property
    def others(self) -> bool:
        """Whether other workers take chargers, as far as this one knows."""
        return any(name != self.worker for name in self._takers)

    def want(self, serials: Collection[str]) -> None:
        """Hold these chargers if nobody else does, now or later."""
        now = self._steady()
        with self._lock:
            for serial in serials:
                if serial not in self._wanted and len(self._wanted) < MOST_WANTED:
                    self._wanted.add(serial)
                    if serial not in self._mine:
                        self._open.setdefault(serial, now)
            has_some = bool(self._open)
        if has_some:
            self._register.wake()

    def unwant(self, serials: Collection[str]) -> None:
        """They are gone: release those that are held."""
        with self._lock:
            for serial in serials:
                self._wanted.discard(serial)
                self._open.pop(serial, None)
                if serial in self._mine:
                    self._let_go(serial, None)
        self._register.wake()

    def release(self, notes: Mapping[str, str | None], quiet_s: float = 0.0) -> None:
        """Hold them no more, at once. Nothing of them is in the works, and nobody has spoken to them for quiet_s. notes: by
        serial, for who holds them next (at most LONGEST_NOTE); lost() is not called."""
        with self._lock:
            for serial, note in notes.items():
                if serial in self._mine:
                    self._let_go(serial, note)
            self._quiet_s = quiet_s
        self._register.wake()

    def take(self, serial: str) -> Future[bool]:
        """Hold it, whoever does: it has connected to this worker. The result: whether it is held; RegisterError."""
        future: Future[bool] = Future()
        with self._lock:
            self._wanted.add(serial)
            self._takes.append((serial, future))
        self._register.wake()
        return future

    def pause(self) -> None:
        """Hold none and take none, such as without a broker: lost() is called for all, as if others had them."""
        with self._lock:
            self._paused = True
            gone = set(self._mine)
            for serial in gone:
                self._let_go(serial, None)
        self._at_once()
        if gone:
            self._holder.lost(gone, still_ours=False)

    def resume(self) -> None:
        """The end of pause()."""
        with self._lock:
            self._paused = False
            self._reopen(self._steady())
        self._at_once()

    def retire(self) -> None:
        """Take no more, and keep what is held until it is released: before leave(), so that whoever takes over what is
        released does so at once."""
        self._retired = True
        self._at_once()

    def look(self) -> None:
        """Others have freed chargers: find out at once which."""
        self._at_once()

    def doubt(self) -> None:
        """A fence has fallen: find out at once what is gone."""
        self._at_once()

    @property
    def _takes_part(self) -> bool:
        return not (self._paused or self._retired)

    # From the thread that may wait.

    def step(self) -> float:
        """What there is to ask of the register; for how many seconds there is nothing then."""
        try:
            if self._epoch is None:
                self._join()
            elif self._steady() >= self._renew_at and self._holder.is_well():
                self._renew()
            if self._epoch is None:
                return 0.0
            self._do_release()
            self._do_take()
            self._claim()
        except RegisterError as error:
            self._refuse_takes(error)
            self._tell_unreachable(error)
            return _AGAIN_S
        return self._pause()

    def leave(self) -> tuple[str, ...]:
        """End in good order, after what waits to be released; the names of the workers that live on. RegisterError."""
        self._do_release()
        with self._lock:
            self._mine.clear()
            self._epoch = None
            self._validity.ended()
        return self._register.leave(self.worker)

    # From a thread that never waits.

    def check(self) -> None:
        """Notice that no renewal comes."""
        now = self._steady()
        gone: set[str] = set()
        with self._lock:
            if self._epoch is None:
                return
            left = self._validity.until - CLOSING_S - now
            count = len(self._mine)
            warn = left < _WARN_S and not self._warned
            self._warned = self._warned or warn
            still_ours = self._validity.lasts(now)
            over = self._validity.is_closing(now)
            if over:
                gone = self._end()
        if warn and not over:
            text = f"cannot reach the database: stops speaking to {count} chargers in {max(0.0, left):.0f} s"
            self._tell(Event("leases", text, details={"chargers": count, "seconds": round(left, 1)}))
        if over:
            text = f"cannot reach the database: speaks to no charger any more, {len(gone)} are left to other workers"
            self._tell(Event("leases", text, details={"chargers": len(gone)}))
            self._holder.lost(gone, still_ours)

    # What step() does.

    def _join(self) -> None:
        asked_at = self._steady()
        epoch = self._register.join(self.worker, self._takes_part)
        with self._lock:
            self._epoch = epoch
            self._warned = False
            self._released.clear()
            self._validity.renewed(asked_at)
            self._reopen(asked_at)
        if self._was_lost:
            self._was_lost = False
            self._tell(Event("leases", "the database is back: takes chargers again"))
        self._renew()

    def _renew(self) -> None:
        before, asked_at = self._epoch, self._steady()
        standing = self._register.renew(self.worker, self._takes_part)
        held = None
        if standing is not None and standing.epoch != before:
            held = self._register.held(self.worker)
        with self._lock:
            if self._epoch is None:
                return  # check() was quicker
            gone: set[str] = set()
            if standing is None:
                gone = self._end()
            else:
                self._validity.renewed(asked_at)
                self._renew_at = asked_at + RENEW_S
                self._warned = False
                if held is not None:
                    gone = self._mine - held
                    self._mine -= gone
                    # Only now: with this epoch they are not among those that are held.
                    self._epoch = standing.epoch
                self._notice(standing.takers, standing.living, standing.free)
            surplus = self._surplus() if standing is not None else []
        if standing is None:
            text = f"the lease of this worker has ended: {len(gone)} chargers are left to other workers"
            self._tell(Event("leases", text, details={"chargers": len(gone)}))
        if gone:
            self._holder.lost(gone, still_ours=False)
        if surplus:
            self._holder.give_up(surplus)

    def _notice(self, takers: tuple[str, ...], living: tuple[str, ...], free: tuple[str, ...]) -> None:
        now = self._steady()
        self._living = living
        if takers != self._takers:
            self._takers = takers
            self._asked.clear()
            # A row that one of them had may be gone, and not free.
            self._reopen(now)
        for serial in free:
            if serial in self._wanted and serial not in self._mine:
                self._open.setdefault(serial, now)

    def _surplus(self) -> list[str]:
        """Of what is held, some that had better be elsewhere."""
        if len(self._takers) < 2 or self.worker not in self._takers:
            return []
        found: list[str] = []
        for serial in sorted(self._mine - self._asked):
            if len(found) == _MOST_GIVEN_UP:
                break
            if preferred(serial, self._takers) != self.worker:
                found.append(serial)
            self._asked.add(serial)
        return found

    def _do_release(self) -> None:
        with self._lock:
            released, self._released = self._released, {}
            quiet_s, self._quiet_s = self._quiet_s, 0.0
        if not released:
            return
        try:
            self._register.release(self.worker, released, quiet_s)
        except RegisterError:
            with self._lock:
                self._released = released | self._released
            raise

    def _do_take(self) -> None:
        while self._takes:
            serial, future = self._takes[0]
            gained = self._register.take(self.worker, serial)
            if gained is None:
                self._renew_at = float("-inf")  # it finds out
                raise RegisterError("the lease of this worker has ended")
            self._takes.pop(0)
            if self._hold([serial], {serial: gained}):
                self._holder.gained({serial: gained})
            if future.set_running_or_notify_cancel():
                future.set_result(self.holds(serial))

    def _refuse_takes(self, error: RegisterError) -> None:
        with self._lock:
            takes, self._takes = self._takes, []
        for _, future in takes:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)

    def _tell_unreachable(self, error: RegisterError) -> None:
        """Where there is nothing that check() could say."""
        if self._epoch is None and not self._was_lost:
            self._was_lost = True
            self._tell(Event("leases", f"takes no chargers: {error}"))

    def _claim(self) -> None:
        serials = self._claimable()
        if not serials:
            return
        found = self._register.claim(self.worker, serials)
        if found is None:
            self._renew_at = float("-inf")
            return
        gained = self._hold(serials, found)
        if gained:
            self._tell_taken_over(gained)
            self._holder.gained(gained)

    def _claimable(self) -> list[str]:
        now = self._steady()
        with self._lock:
            if not self._takes_part or self._epoch is None or self.worker not in self._takers:
                return []
            found: list[str] = []
            for serial, since in self._open.items():
                if now - since >= CLAIM_DELAY_S or preferred(serial, self._takers) == self.worker:
                    found.append(serial)
                    if len(found) == _MOST_CLAIMED:
                        break
            return found

    def _hold(self, asked: Collection[str], found: Mapping[str, Gained]) -> dict[str, Gained]:
        """Those of them that are still wanted; the others are given back."""
        gained = {}
        with self._lock:
            if self._epoch is None or self._validity.is_closing(self._steady()):
                return {}  # they are claimed again
            for serial in asked:
                self._open.pop(serial, None)
            for serial, each in found.items():
                self._released.pop(serial, None)
                if not self._takes_part or serial not in self._wanted:
                    self._let_go(serial, each.note)
                else:
                    self._mine.add(serial)
                    gained[serial] = each
        return gained

    def _tell_taken_over(self, gained: Mapping[str, Gained]) -> None:
        count = sum(each.free_s is not None for each in gained.values())
        if count:
            text = f"takes over {count} chargers that other workers have left"
            self._tell(Event("leases", text, details={"chargers": count}))

    def _pause(self) -> float:
        """For how long there is nothing to ask."""
        if self._claimable():
            return 0.0
        now = self._steady()
        if now >= self._renew_at:  # the program is not well
            return _AGAIN_S
        with self._lock:
            # The oldest comes first.
            waits = [since + CLAIM_DELAY_S for since in list(self._open.values())[:1]]
        return max(0.0, min(self._renew_at, *waits) - now) if waits else self._renew_at - now

    # With the lock held.

    def _end(self) -> set[str]:
        """The lease is over; what is lost with it."""
        gone, self._mine = self._mine, set()
        self._epoch = None
        self._was_lost = True
        self._asked.clear()
        self._released.clear()
        return gone

    def _let_go(self, serial: str, note: str | None) -> None:
        self._mine.discard(serial)
        self._released[serial] = note

    def _reopen(self, now: float) -> None:
        for serial in sorted(self._wanted - self._mine):
            self._open.setdefault(serial, now)

    def _at_once(self) -> None:
        self._renew_at = float("-inf")
        self._register.wake()
