# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which chargers of those at the broker a bridge speaks to, when it shares them with others."""

import asyncio

import pytest
from chargerctl.bridge.roster import Roster
from chargerctl.bridge.shares import AllOurs
from chargerctl.mqtt.topics import Topics

CALL = b'[2,"a-1","Heartbeat",{}]'


class Charger:
    is_open = False
    has_come = False
    waiting = 0

    def __init__(self, serial, log):
        self.serial = serial
        self._log = log

    def __getattr__(self, name):
        self.has_come = {"came": True, "went": False, "lost": False}.get(name, self.has_come)
        return lambda *given, **named: self._log.append((self.serial, name, *given, *named.values()))


class Shares:
    def __init__(self):
        self.ours = set()
        self.wanted = []

    def holds(self, serial):
        return serial in self.ours

    def want(self, serial):
        self.wanted.append(serial)


class Bridge:
    """log: what the chargers are told: (serial, what, …)."""

    def __init__(self, shares=None, **options):
        self.log = []
        self.events = []
        self.shares = shares or Shares()
        self.roster = Roster(
            Topics(),
            lambda serial: Charger(serial, self.log),
            self.events.append,
            self.shares,
            **options,
        )

    def announces(self, serial, state="online"):
        self.roster.received(f"/charger/{serial}/connection", state.encode(), True)

    def sends(self, serial, frame=CALL, retained=False):
        self.roster.received(f"/charger/{serial}", frame, retained)

    def gains(self, serial, passed=None):
        self.shares.ours.add(serial)
        self.roster.gained(serial, passed)

    def calls(self, name):
        return [each for each in self.log if each[1] == name]


@pytest.fixture
def on_loop():
    """on_loop(story): run `story(bridge)`."""

    def run(story, **options):
        async def whole():
            await story(Bridge(**options))

        asyncio.run(whole())

    return run


def test_a_charger_that_is_there_is_wanted_and_comes_when_it_is_ours(on_loop):
    async def story(bridge):
        bridge.announces("c1")
        assert bridge.shares.wanted == ["c1"]
        assert bridge.calls("came") == []
        bridge.gains("c1")
        assert bridge.calls("came") == [("c1", "came", None)]
        bridge.sends("c1")
        assert bridge.calls("received") == [("c1", "received", CALL)]

    on_loop(story)


def test_the_only_bridge_has_them_at_once(on_loop):
    async def story(_):
        bridge = Bridge(AllOurs())
        bridge.announces("c1")
        bridge.sends("c2")
        assert bridge.log == [("c1", "came"), ("c2", "came"), ("c2", "received", CALL)]

    on_loop(story)


def test_what_chargers_of_others_say_makes_nothing_but_a_note_of_their_last_call(on_loop):
    async def story(bridge):
        bridge.announces("c1")
        for number in range(1000):
            bridge.sends("c1", f'[2,"a-{number}","Heartbeat",{{}}]'.encode())
            bridge.sends("c1", b'[3,"s-1",{}]')
        assert (bridge.log, bridge.events) == ([], [])
        bridge.gains("c1", ["a-998"])
        ((_, _, handover),) = bridge.calls("came")
        assert handover.passed == ["a-998"]
        assert handover.last == b'[2,"a-999","Heartbeat",{}]'

    on_loop(story)


@pytest.mark.parametrize("had_it_before", [False, True])
def test_a_call_that_comes_between_the_lease_and_the_word_of_it_passes(on_loop, had_it_before):
    """The lease is taken by a thread; the loop, which may be busy, hears of it later."""

    async def story(bridge):
        bridge.announces("c1")
        if had_it_before:
            bridge.gains("c1")
            bridge.shares.ours.clear()
            bridge.roster.lost("c1", False)
        bridge.shares.ours.add("c1")
        bridge.sends("c1")
        bridge.gains("c1", ["a-0"])
        handover = bridge.calls("came")[-1][2]
        assert (handover.passed, handover.last) == (["a-0"], CALL)
        assert bridge.calls("received") == []

    on_loop(story)


def test_one_that_never_announces_itself_is_wanted_with_its_first_frame(on_loop):
    async def story(bridge):
        bridge.sends("c1")
        bridge.sends("c1")
        assert bridge.shares.wanted == ["c1"]

    on_loop(story)


def test_one_that_is_offline_stays_ours_and_comes_when_it_is_online(on_loop):
    async def story(bridge):
        bridge.announces("c1")
        bridge.gains("c1")
        bridge.announces("c1", "offline")
        bridge.announces("c1")
        assert [each[1] for each in bridge.log] == ["gained", "came", "went", "came"]

    on_loop(story)


def test_one_that_becomes_ours_while_it_is_offline_waits(on_loop):
    async def story(bridge):
        bridge.announces("c1")
        bridge.announces("c1", "offline")
        bridge.gains("c1")
        assert bridge.calls("came") == []
        bridge.announces("c1")
        assert bridge.calls("came") == [("c1", "came")]

    on_loop(story)


def test_one_that_is_lost_is_told_only_where_nobody_has_it(on_loop):
    async def story(bridge):
        bridge.announces("c1")
        bridge.gains("c1")
        bridge.shares.ours.clear()
        bridge.roster.lost("c1", nobody_has_it=False)
        bridge.roster.lost("unknown", nobody_has_it=True)
        assert bridge.calls("lost") == [("c1", "lost", False)]

    on_loop(story)


def test_at_the_end_of_the_last_bridge_all_that_are_there_are_told_whoever_had_them(on_loop):
    async def story(bridge):
        for serial in ("c1", "c2", "c3"):
            bridge.announces(serial)
        bridge.gains("c1")
        bridge.announces("c3", "offline")
        bridge.roster.tell_all_offline()
        assert sorted(bridge.calls("lost")) == [("c1", "lost", True), ("c2", "lost", True)]
        # Whatever this bridge told it last: another one may have had it since.
        assert [each[1] for each in bridge.log if each[0] == "c1"][-2:] == ["forget", "lost"]

    on_loop(story)


def test_one_that_was_never_ours_hands_nothing_over(on_loop):
    async def story(bridge):
        assert await bridge.roster.hand_over("c1", 1) is None

    on_loop(story)


def test_after_the_broker_was_lost_they_are_wanted_again(on_loop):
    async def story(bridge):
        bridge.announces("c1")
        bridge.gains("c1")
        bridge.roster.broker_lost()
        bridge.roster.gained("c1", None)
        assert len(bridge.calls("came")) == 1, "it is not known to be there"
        bridge.announces("c1")
        assert bridge.shares.wanted == ["c1", "c1"]
        assert len(bridge.calls("came")) == 2

    on_loop(story)


def test_only_so_many_are_known(on_loop):
    async def story(bridge):
        for number in range(5):
            bridge.sends(f"c{number}")
            bridge.announces(f"c{number}", "offline")
        assert bridge.shares.wanted == ["c0", "c1", "c2"]
        assert "more than 3 chargers" in bridge.events[0].text
        bridge.announces("c0")
        assert bridge.shares.wanted[3:] == ["c0"]

    on_loop(story, most=3)


def test_what_is_retained_on_the_topic_of_frames_is_no_call(on_loop):
    async def story(bridge):
        bridge.announces("c1")
        bridge.sends("c1", retained=True)
        bridge.gains("c1", [])
        ((_, _, handover),) = bridge.calls("came")
        assert handover.last is None

    on_loop(story)
