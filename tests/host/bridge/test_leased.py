# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A bridge and its leases: what becomes of them on its loop."""

import asyncio
import time

import pytest
from chargerctl.bridge import leased as leased_module
from chargerctl.bridge.leased import Leased
from chargerctl.leases import broker
from chargerctl.leases.memory import Database, MemoryRegister
from chargerctl.leases.register import Gained
from chargerctl.leases.share import Share

PATIENCE_S = 60
SERIALS = [f"GA{number:02}" for number in range(16)]


class Chargers:
    """A roster. log: what was said of each charger, in order."""

    def __init__(self):
        self.log = []
        self.passed = {}
        self._news = asyncio.Event()

    def gained(self, serial, passed):
        self._note("gained", serial, passed)

    def lost(self, serial, nobody_has_it):
        self._note("lost", serial, nobody_has_it)

    async def hand_over(self, serial, patience_s):
        self._note("handed over", serial, patience_s)
        return self.passed.get(serial)

    def tell_all_offline(self):
        self._note("all offline", "", None)

    async def close(self):
        self._note("closed", "", None)

    def _note(self, what, serial, more):
        self.log.append((what, serial, more))
        self._news.set()

    def of(self, what):
        return {serial: more for each, serial, more in self.log if each == what}

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._news.clear()
                await self._news.wait()


class World:
    """Bridges with one register, by the real clock."""

    def __init__(self):
        self.database = Database(time.monotonic)
        self.bridges = []
        self.events = []

    async def bridge(self, name, serials=SERIALS):
        """(leased, chargers, register)"""
        register, chargers = MemoryRegister(self.database), Chargers()
        leased = Leased(register, name, self.events.append)
        for serial in serials:
            leased.want(serial)
        leased.begin(chargers)
        self.bridges.append((leased, chargers))
        return leased, chargers, register

    async def close(self):
        for leased, chargers in self.bridges:
            await leased.end(chargers)


class SteadyClock:
    """The bridge's: a process stands still as long as a test says, however busy the machine is."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def steady(monkeypatch):
    clock = SteadyClock()
    monkeypatch.setattr(leased_module, "steady_clock", lambda: clock)
    return clock


@pytest.fixture
def play():
    def run(story):
        async def on_loop():
            world = World()
            try:
                await story(world)
            finally:
                await world.close()

        asyncio.run(on_loop())

    return run


def test_what_is_wanted_is_gained_and_held(play):
    async def story(world):
        leased, chargers, _ = await world.bridge("a")
        await chargers.until(lambda: len(chargers.of("gained")) == len(SERIALS))
        assert set(chargers.of("gained").values()) == {None}
        assert all(map(leased.holds, SERIALS))
        assert not leased.holds("GA99")

    play(story)


def test_a_second_bridge_gets_some_with_what_has_passed(play, steady):
    async def story(world):
        first, chargers, register = await world.bridge("a")
        await chargers.until(lambda: len(chargers.of("gained")) == len(SERIALS))
        chargers.passed = {serial: [f"{serial}-1"] for serial in SERIALS}
        second, others, _ = await world.bridge("b")
        register.wake()  # what PostgreSQL does when a worker joins, in its time
        await others.until(lambda: len(others.of("gained")) >= 4)
        handed = chargers.of("handed over")
        assert set(others.of("gained")) <= set(handed)
        assert all(passed == [f"{serial}-1"] for serial, passed in others.of("gained").items())
        assert not any(first.holds(serial) and second.holds(serial) for serial in SERIALS)

    play(story)


def test_one_that_ends_hands_over_and_tells_nobody_where_others_go_on(play):
    async def story(world):
        _, others, _ = await world.bridge("b", [])
        leased, chargers, register = await world.bridge("a")
        await chargers.until(lambda: len(chargers.of("gained")) == len(SERIALS))
        world.bridges.pop()
        register.wake()
        while not leased._share.others:
            await asyncio.sleep(0.01)
        await leased.end(chargers)
        assert set(chargers.of("handed over")) == set(SERIALS)
        assert not chargers.of("all offline")
        assert not others.log

    play(story)


def test_the_last_one_tells_all(play):
    async def story(world):
        leased, chargers, _ = await world.bridge("a")
        await chargers.until(lambda: len(chargers.of("gained")) == len(SERIALS))
        world.bridges.clear()
        await leased.end(chargers)
        assert [each[0] for each in chargers.log[-2:]] == ["closed", "all offline"]
        assert not chargers.of("handed over")

    play(story)


def test_one_that_never_began_ends(play):
    async def story(world):
        leased = Leased(MemoryRegister(world.database), "a", world.events.append)
        await leased.end(Chargers())

    play(story)


def test_a_broker_that_is_away_for_a_moment_costs_nothing_and_one_that_stays_away_everything(
    play, monkeypatch
):
    async def story(world):
        leased, chargers, _ = await world.bridge("a")
        await chargers.until(lambda: len(chargers.of("gained")) == len(SERIALS))
        leased.broker(False)
        leased.broker(True)
        assert all(map(leased.holds, SERIALS))
        monkeypatch.setattr(broker, "PATIENCE_S", 0.01)
        leased.broker(False)
        await chargers.until(lambda: len(chargers.of("lost")) == len(SERIALS))
        assert not any(chargers.of("lost").values()), "others may have them"
        assert not any(map(leased.holds, SERIALS))
        chargers.log.clear()
        leased.broker(True)
        await chargers.until(lambda: len(chargers.of("gained")) == len(SERIALS))

    play(story)


def test_while_its_loop_hangs_nothing_is_renewed(play, steady):
    async def story(world):
        leased, _, _ = await world.bridge("a")
        steady.now = 2.9
        assert leased.is_well()
        steady.now = 3.1
        assert not leased.is_well()

    play(story)


def test_after_it_hung_a_note_counts_for_nothing_until_it_has_read_what_was_sent_meanwhile(
    play, monkeypatch, steady
):
    async def story(world):
        leased, chargers, _ = await world.bridge("a", [])
        monkeypatch.setattr(leased._share, "holds", lambda serial: True)
        leased.gained({"GA01": Gained(0.0, '["a-1"]')})
        await chargers.until(lambda: len(chargers.log) == 1)
        steady.now += 3.1
        leased.gained({"GA02": Gained(0.0, '["a-1"]')})
        await chargers.until(lambda: len(chargers.log) == 2)
        assert chargers.of("gained") == {"GA01": ["a-1"], "GA02": None}

    play(story)


def test_what_is_lost_in_time_can_still_be_told_and_what_is_heard_of_too_late_cannot(play, monkeypatch):
    async def story(world):
        monkeypatch.setattr(Share, "is_parting", True)
        leased, chargers, _ = await world.bridge("a", [])
        leased.lost(["GA01"], still_ours=True)
        leased.lost(["GA02"], still_ours=False)
        await chargers.until(lambda: len(chargers.log) == 2)
        leased.lost(["GA03"], still_ours=True)
        monkeypatch.setattr(Share, "is_parting", False)
        await chargers.until(lambda: len(chargers.log) == 3)
        assert chargers.of("lost") == {"GA01": True, "GA02": False, "GA03": False}

    play(story)


def test_a_bug_in_a_thread_of_the_leases_is_raised_where_it_is_waited_for(play):
    class BugError(Exception):
        pass

    async def story(world):
        leased, chargers, register = await world.bridge("a")
        await chargers.until(lambda: bool(chargers.of("gained")))

        def renew(*given):
            raise BugError

        register.renew = renew
        with pytest.raises(BugError):
            await asyncio.wait_for(leased.failed, PATIENCE_S)

    play(story)
