# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One worker's share of the chargers: what it holds, wants and gives up, and whether it may speak at all.

    share = Share(register, name, holder, tell)
    share.want(["GA001"])                     # it is to be somebody's, and may be ours
    if share.holds("GA001"): ...              # before every frame, either way: costs nothing
    share.release({"GA001": Released(note)})  # it is ours no more; who holds it next gets the note

A charger that nobody holds is claimed by the worker that it had best be with (rendezvous.py), and after a moment by any
other that wants it. When workers come or go, the holder is asked to give up those that had better be elsewhere.

step() asks the register, and waits for it; check() only looks at the clock. keeper.py calls both, from a thread each;
everything else may be called from any thread, and waits for nobody, but for take().
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future

from chargerctl.events.event import Event, Tell
from chargerctl.leases.fence import Token
from chargerctl.leases.holder import Holder
from chargerctl.leases.register import Gained, Register, RegisterError, Released
from chargerctl.leases.roll import MOST_AT_ONCE, Roll
from chargerctl.leases.takes import Takes
from chargerctl.leases.validity import CLOSING_S, Validity, steady_clock

RENEW_S = 2.0
# A renewal has failed twice: so long before everything is closed somebody is told.
_WARN_S = 3.0
# A register that fails at once is not asked again at once.
_AGAIN_S = 0.5


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
        self._roll = Roll(worker)
        self._takes = Takes()
        self._retires = False
        self._silent_since: float | None = None
        self._warned = False
        self._was_lost = False

    # From any thread.

    def holds(self, serial: str) -> bool:
        """Whether this worker may speak to this charger now."""
        return serial in self._roll.mine and self._validity.lasts(self._steady())

    def held(self) -> list[str]:
        """The chargers of this worker."""
        with self._lock:
            return list(self._roll.mine)

    @property
    def may_speak(self) -> bool:
        """Whether this worker may speak to those that it holds."""
        return self._validity.lasts(self._steady())

    def wanted(self) -> list[str]:
        """The chargers that it would hold."""
        with self._lock:
            return list(self._roll.wanted)

    @property
    def token(self) -> Token | None:
        """For a transaction (fence.py): take it before looking at who is held. None: there is no lease."""
        epoch = self._epoch
        return None if epoch is None else Token(self._register.realm, self.worker, epoch)

    @property
    def others(self) -> bool:
        """Whether other workers take chargers, as far as this one knows."""
        return any(name != self.worker for name in self._roll.takers)

    def want(self, serials: Collection[str]) -> None:
        """Hold these chargers if nobody else does, now or later."""
        with self._lock:
            has_some = self._roll.want(serials, self._steady())
        if has_some:
            self._register.wake()

    def unwant(self, serials: Collection[str]) -> None:
        """They are gone: release those that are held."""
        with self._lock:
            self._roll.unwant(serials)
        self._register.wake()

    def release(self, chargers: Mapping[str, Released]) -> None:
        """Hold them no more, at once. Nothing of them is in the works; lost() is not called."""
        with self._lock:
            for serial, each in chargers.items():
                if serial in self._roll.mine:
                    self._roll.let_go(serial, each)
        self._register.wake()

    def take(self, serial: str) -> Future[bool]:
        """Hold it, whoever does: it has connected to this worker. The result: whether it is held; RegisterError. Cancel it
        where it is of no use any more, so that the charger stays with whoever has it."""
        with self._lock:
            self._roll.wanted.add(serial)
        future = self._takes.add(serial)
        self._register.wake()
        return future

    def pause(self, but: Collection[str] = ()) -> None:
        """Hold none but these, and claim none, such as without a broker: lost() is called for the others, as if other
        workers had them. What connects to this worker is taken all the same."""
        with self._lock:
            self._roll.paused = True
            gone = self._roll.mine.difference(but)
            for serial in gone:
                self._roll.let_go(serial)
        self._at_once()
        if gone:
            self._holder.lost(gone, still_ours=False)

    def resume(self) -> None:
        """The end of pause()."""
        with self._lock:
            self._roll.paused = False
            self._roll.reopen(self._steady())
        self._at_once()

    def retire(self) -> None:
        """Take no more, and keep what is held until it is released: before leave(), so that whoever takes over what is
        released does so at once."""
        with self._lock:
            self._roll.paused = self._retires = True
        self._at_once()

    def fall_silent(self, since_s: float = 0.0) -> None:
        """Nothing that arrives is handled any more: after leave() that is for whoever takes the chargers over, and with it
        what has arrived in the last since_s seconds."""
        self._silent_since = self._steady() - since_s

    def doubt(self) -> None:
        """Others have changed something, or a fence has fallen: find out at once what."""
        self._at_once()

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
            self._takes.refuse(error)
            self._tell_unreachable(error)
            return _AGAIN_S
        return self._pause()

    def leave(self) -> tuple[str, ...]:
        """End in good order, after what waits to be released; the names of the workers that live on. RegisterError."""
        since, now = self._silent_since, self._steady()
        self._do_release()
        with self._lock:
            self._roll.end()
            self._epoch = None
            self._validity.ended()
        return self._register.leave(self.worker, 0.0 if since is None else now - since)

    # From a thread that never waits.

    def check(self) -> None:
        """Notice that no renewal comes."""
        now = self._steady()
        gone: set[str] = set()
        with self._lock:
            if self._epoch is None:
                return
            left = self._validity.until - CLOSING_S - now
            count = len(self._roll.mine)
            warn = count > 0 and left < _WARN_S and not self._warned
            self._warned = self._warned or warn
            still_ours = self._validity.lasts(now)
            over = self._validity.is_closing(now)
            if over:
                gone = self._end()
        if warn and not over:
            text = f"cannot reach the database: stops speaking to {count} chargers in {max(0.0, left):.0f} s"
            self._tell(Event("leases", text, details={"chargers": count, "seconds": round(left, 1)}))
        if over:
            text = "cannot reach the database: takes no chargers"
            if gone:
                text = f"cannot reach the database: speaks to no charger any more, {len(gone)} are left to other workers"
            self._tell(Event("leases", text, details={"chargers": len(gone)}))
            self._holder.lost(gone, still_ours)

    # What step() does.

    def _join(self) -> None:
        asked_at = self._steady()
        epoch = self._register.join(self.worker, not self._roll.paused)
        with self._lock:
            self._epoch = epoch
            self._warned = False
            self._roll.take_released()
            self._validity.renewed(asked_at)
            self._roll.reopen(asked_at)
        if self._was_lost:
            self._was_lost = False
            self._tell(Event("leases", "the database is back: takes chargers again"))
        self._renew()

    def _renew(self) -> None:
        before, asked_at = self._epoch, self._steady()
        standing = self._register.renew(self.worker, not self._roll.paused)
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
                    gone = self._roll.remove(self._roll.mine - held)
                    # Only now: with this epoch they are not among those that are held.
                    self._epoch = standing.epoch
                self._roll.notice(standing.takers, standing.free, self._steady())
            surplus = self._roll.surplus() if standing is not None else []
        if standing is None:
            text = f"the lease of this worker has ended: {len(gone)} chargers are left to other workers"
            self._tell(Event("leases", text, details={"chargers": len(gone)}))
        if gone:
            self._holder.lost(gone, still_ours=False)
        if surplus:
            self._holder.give_up(surplus)

    def _do_release(self) -> None:
        with self._lock:
            released = self._roll.take_released()
        if not released:
            return
        try:
            self._register.release(self.worker, released)
        except RegisterError:
            with self._lock:
                self._roll.put_back_released(released)
            raise

    def _do_take(self) -> None:
        """Some of those that wait. A storm of them takes several steps, with renewals between."""
        if self._retires:
            self._takes.refuse(RegisterError("this worker ends"))
        asked = self._takes.first(MOST_AT_ONCE)
        if not asked:
            return
        found = self._register.take(self.worker, asked)
        if found is None:
            self._renew_at = float("-inf")  # it finds out
            raise RegisterError("the lease of this worker has ended")
        wanted = self._takes.still_wanted(found.keys())
        with self._lock:
            for serial in found.keys() - wanted - self._roll.mine:
                # Whoever waited for it has given up meanwhile.
                self._roll.let_go(serial)
                self._register.wake()
        gained = self._hold(wanted, {serial: found[serial] for serial in wanted}, have_come=True)
        if gained:
            self._holder.gained(gained)
        self._takes.answer(wanted, self.holds)
        if asked - found.keys():
            text = "several workers want the charger at once: it connects again"
            self._takes.refuse(RegisterError(text), asked - found.keys())

    def _tell_unreachable(self, error: RegisterError) -> None:
        """Where there is nothing that check() could say."""
        if self._epoch is None and not self._was_lost:
            self._was_lost = True
            self._tell(Event("leases", f"takes no chargers: {error}"))

    def _claim(self) -> None:
        with self._lock:
            serials = self._roll.claimable(self._steady())
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

    def _hold(
        self, asked: Collection[str], found: Mapping[str, Gained], *, have_come: bool = False
    ) -> dict[str, Gained]:
        with self._lock:
            if self._epoch is None or self._validity.is_closing(self._steady()):
                return {}  # they are claimed again
            return self._roll.hold(asked, found, have_come=have_come)

    def _tell_taken_over(self, gained: Mapping[str, Gained]) -> None:
        count = sum(each.free_s is not None for each in gained.values())
        if count:
            text = f"takes over {count} chargers that other workers have left"
            self._tell(Event("leases", text, details={"chargers": count}))

    def _pause(self) -> float:
        """For how long there is nothing to ask."""
        now = self._steady()
        with self._lock:
            if self._takes or self._roll.claimable(now):
                return 0.0
            claim_at = self._roll.next_claim
        if now >= self._renew_at:  # the program is not well
            return _AGAIN_S
        return max(0.0, min(self._renew_at, self._renew_at if claim_at is None else claim_at) - now)

    def _end(self) -> set[str]:
        """The lease is over; what is lost with it. With the lock held."""
        self._epoch = None
        self._was_lost = True
        return self._roll.end()

    def _at_once(self) -> None:
        self._renew_at = float("-inf")
        self._register.wake()
