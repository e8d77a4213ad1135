# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Workers that share chargers, in one thread: their steps interleave within each other's, they hang and are cut off, as a
seed has it. After every step of the time it is looked who would speak."""

from __future__ import annotations

from random import Random

from chargerctl.leases.register import RegisterError, Released
from chargerctl.leases.share import Share
from chargerctl.leases.validity import PARTING_S

SERIALS = [f"GA{number:02}" for number in range(12)]
_DRIFT = 0.01
_LOOKS_S = 0.5


class Worker:
    """Holder of its own share. It hangs until hangs_until, by the world's clock: it does nothing, and looks at no clock."""

    def __init__(self, simulation, number):
        self.simulation = simulation
        self.name = f"worker-{number}"
        self.hangs_until = 0.0
        self.cut_until = 0.0
        self.is_busy = False
        self.gained_count = 0
        # Chargers that are to be told that nobody answers them, and until when.
        self.last_words = [], float("-inf")
        self.has_ended = False
        random = simulation.random
        # A clock of its own: of another beginning, and not quite of the same speed.
        rate, start = 1 + random.uniform(-_DRIFT, _DRIFT), random.uniform(0, 1e6)
        self.steady = lambda: start + rate * simulation.world.now
        self.register = simulation.world.register()
        for name in ("join", "renew", "held", "claim", "take", "release", "leave"):
            setattr(self.register, name, self._disturbed(getattr(self.register, name)))
        self._begin()

    def _begin(self):
        self.share = Share(self.register, self.name, self, self.simulation.events.append, steady=self.steady)
        self.share.want(SERIALS)

    @property
    def hangs(self):
        return self.simulation.world.now < self.hangs_until

    def _disturbed(self, call):
        """Before it is done, and before its answer comes, anything may happen to others, and to this one."""

        def disturbed(*values, **more):
            self.simulation.anything(self)
            self._reach()
            answer = call(*values, **more)
            self.simulation.anything(self)
            self._reach()
            return answer

        return disturbed

    def _reach(self):
        # One that hangs in the middle of a call goes on when it is over.
        while self.hangs:
            self.simulation.pass_time(self.hangs_until - self.simulation.world.now)
        if self.simulation.world.now < self.cut_until:
            self.simulation.pass_time(0.3)
            raise RegisterError("cut off")

    def work(self):
        """One turn of its threads."""
        self.is_busy = True
        try:
            self.share.check()
            self.share.step()
            self.share.check()
            self._say_last_words()
            if self.simulation.random.random() < 0.3:
                self._book()
        finally:
            self.is_busy = False

    def end(self):
        """In good order, and another one begins in its place."""
        self.is_busy = self.has_ended = True
        try:
            self.share.retire()
            self.share.fall_silent()
            self.simulation.anything(self)
            self.share.leave()
        except RegisterError:
            pass  # its lease ends by itself
        finally:
            self.is_busy = self.has_ended = False
            self._begin()

    def _say_last_words(self):
        serials, until = self.last_words
        if serials and self.simulation.random.random() < 0.5:
            self.last_words = [], until
            if self.share.may_speak and self.steady() < until:
                self.simulation.says_the_last_word(self, serials)

    def _book(self):
        """A unit of work with the frames of some of its chargers. It may hang in it."""
        token = self.share.token
        self.simulation.anything(self)
        mine = [serial for serial in SERIALS if self.share.holds(serial)]
        self.simulation.anything(self)
        while self.hangs:
            self.simulation.pass_time(self.hangs_until - self.simulation.world.now)
        if token is None or not mine:
            return
        if self.simulation.world.stands(token):
            self.simulation.booked(self, mine)
        else:
            self.share.doubt()

    # Holder.

    def gained(self, chargers):
        self.gained_count += len(chargers)
        for serial, gained in chargers.items():
            self.simulation.begins(self, serial, gained)

    def lost(self, serials, still_ours):
        if still_ours:
            self.last_words = [*serials], self.steady() + PARTING_S

    def give_up(self, serials):
        random = self.simulation.random
        self.share.release({each: Released(f"from {self.name}") for each in serials if random.random() < 0.7})

    def is_well(self):
        return True


class Simulation:
    """world: as the fixture has it. seed: of everything that happens. by_force: chargers are taken from workers that live,
    which learn it from the fence of their next unit of work, or from their next renewal."""

    def __init__(self, world, seed, workers, by_force=False):
        self._by_force = by_force
        self.world = world
        self.random = Random(seed)
        self.events = []
        self.speakers = {}
        self.spoken_at = {}
        self.bookings = 0
        self.last_words = 0
        self.longest_silence = 0.0
        self._depth = 0
        self._is_calm = False
        self.workers = [Worker(self, number) for number in range(workers)]

    def run(self, seconds):
        end = self.world.now + seconds
        while self.world.now < end:
            self.pass_time(self.random.uniform(0.05, 0.6))
            self._trouble()
            self._turn()

    def settle(self, seconds):
        """Without any more trouble."""
        self._is_calm = True
        end = self.world.now + seconds
        for worker in self.workers:
            worker.cut_until = worker.hangs_until = 0.0
        while self.world.now < end:
            self.pass_time(0.25)
            self._turn()

    def close(self):
        for worker in self.workers:
            worker.register.close()

    def pass_time(self, seconds):
        """In small steps, with a look after each of them."""
        end = self.world.now + seconds
        while self.world.now < end:
            self.world.now = min(end, self.world.now + _LOOKS_S)
            self.look()

    def anything(self, worker):
        """In the middle of what this worker does."""
        if self._is_calm:
            return
        if self.random.random() < 0.3:
            self.pass_time(self.random.choice((0.01, 0.1, 0.5, 1.0)))
        if self.random.random() < 0.02:
            worker.hangs_until = self.world.now + self.random.uniform(1, 25)
        if self._depth < 3 and self.random.random() < 0.4:
            self._turn()

    def look(self):
        """At no moment would two workers speak to one charger."""
        living = [each for each in self.workers if not each.hangs and not each.has_ended]
        if self._by_force:
            living = [each for each in living if each.share.token and self.world.stands(each.share.token)]
        for serial in SERIALS:
            would = [each.name for each in living if each.share.holds(serial)]
            assert len(would) <= 1, f"{would} would speak to {serial} at {self.world.now}"
            if would:
                self.spoken_at[serial] = self.world.now
            elif serial in self.spoken_at:
                self.longest_silence = max(self.longest_silence, self.world.now - self.spoken_at[serial])

    def begins(self, worker, serial, gained):
        last = self.spoken_at.get(serial)
        if gained.free_s is not None and last is not None:
            # Nobody has spoken to it for as long as it is said.
            assert self.world.now - last >= gained.free_s - _LOOKS_S, (serial, gained)

    def says_the_last_word(self, worker, serials):
        """Nobody else speaks to them yet."""
        self.last_words += 1
        for serial in serials:
            would = [each.name for each in self.workers if each is not worker and each.share.holds(serial)]
            assert not would, f"{worker.name} says to {serial} that nobody answers, and {would} do"

    def booked(self, worker, serials):
        """Within the transaction that the fence has let through."""
        self.bookings += 1
        for serial in serials:
            holder = self.world.holder(serial)
            assert holder == worker.name, f"{worker.name} books for {serial}, which is {holder}'s"

    def take_by_somebody(self):
        worker = self.random.choice(self.workers)
        if not worker.hangs:
            worker.share.take(self.random.choice(SERIALS))

    def _turn(self):
        self._depth += 1
        for worker in self.random.sample(self.workers, len(self.workers)):
            if not worker.hangs and not worker.is_busy:
                worker.work()
        self._depth -= 1

    def _trouble(self):
        worker = self.random.choice(self.workers)
        chance = self.random.random()
        if chance < 0.02:
            worker.hangs_until = self.world.now + self.random.uniform(0.5, 30)
        elif chance < 0.04:
            worker.cut_until = self.world.now + self.random.uniform(0.5, 30)
        elif chance < 0.06 and self._by_force:
            self.take_by_somebody()
        elif chance < 0.065 and not worker.hangs:
            worker.share.pause(but=self.random.sample(SERIALS, self.random.choice((0, 3))))
        elif chance < 0.09 and not worker.hangs:
            worker.share.resume()
        elif chance < 0.1 and not worker.hangs and not worker.is_busy:
            worker.end()
