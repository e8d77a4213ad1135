# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is published, when, and taken back; what is taken for a command, and what not. Without a broker."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries.metered import Metered
from chargerctl.central.homeassistant import announcer as module
from chargerctl.central.homeassistant.announcer import Announcer
from chargerctl.central.homeassistant.names import BIRTH, Names
from chargerctl.central.live.watch import Change

from tests.host.central.homeassistant.states import CHARGING, IDLE

NAMES = Names()
SERIAL = IDLE.serial
MARK = "mark"
CONFIG, STATE, ONLINE = NAMES.discovery(SERIAL), NAMES.state(SERIAL), NAMES.online(SERIAL)


class Place:
    """An announcer with a broker that keeps what is retained, and books with the energy of the test."""

    def __init__(self):
        self.published = []
        self.kept = {}
        self._marks, self._mark = 0, ""
        self.energy = Metered()
        self.books_fail = self.failed = False
        self.read = []
        self.orders = []
        self.events = []
        # Whom another process speaks to.
        self.elsewhere = set()
        self.announcer = Announcer(
            NAMES,
            self,
            self._read,
            self._order,
            self.events.append,
            jitter_s=0,
            holds=lambda serial: serial not in self.elsewhere,
        )
        self._task = asyncio.create_task(self.announcer.run())

    def publish(self, topic, payload):
        if MARK in topic:
            self._mark += payload if isinstance(payload, str) else ""
            return
        self.published.append((topic, payload))
        if payload:
            self.kept[topic] = payload
        else:
            self.kept.pop(topic, None)

    async def room(self):
        pass

    def change(self, *states, gone=(), error=""):
        self.announcer.changed(Change({each.serial: each for each in states}, frozenset(gone), error))

    async def until(self, condition):
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.005)

    async def settled(self):
        """Until everything that has happened before is published."""
        # What changes at one time is published in any order, and what changes later after it.
        for _ in range(2):
            self._marks += 1
            name = f"mark {self._marks}"
            self.change(replace(IDLE, serial=MARK, name=name))
            await self.until(lambda name=name: name in self._mark)

    @property
    def state(self):
        return json.loads(self.kept[STATE])

    def texts(self, what):
        return [each.text for each in self.events if each.what == what]

    async def close(self):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _read(self, serials):
        if self.books_fail:
            self.failed = True
            raise BooksError("gone")
        self.read += serials
        return dict.fromkeys(serials, self.energy)

    def _order(self, command, state, done):
        self.orders.append((command.words, state.serial, done))


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(module, "_PAUSE_S", 0.0)
    monkeypatch.setattr(module, "_SHARE", 1e9)
    monkeypatch.setattr(module, "_FAULT_S", 0.0)


def scene(play):
    """Runs an async test with a Place that is connected, and knows one charger that does nothing."""

    def test():
        async def run():
            place = Place()
            try:
                place.announcer.connected()
                place.change(IDLE)
                await place.until(lambda: STATE in place.kept)
                await place.settled()
                await play(place)
            finally:
                await place.close()

        asyncio.run(run())

    test.__name__, test.__doc__ = play.__name__, play.__doc__
    return test


@scene
async def test_a_charger_is_announced_with_what_it_does(place):
    assert place.kept.keys() == {CONFIG, STATE, ONLINE, NAMES.alive}
    assert (place.kept[ONLINE], place.kept[NAMES.alive]) == (b"online", b"online")
    assert json.loads(place.kept[CONFIG])["device"]["name"] == "Garage"


@scene
async def test_only_what_differs_is_published(place):
    place.published.clear()
    place.change(replace(IDLE, last_seen=IDLE.last_seen + 1))
    await place.settled()
    assert place.published == []
    place.change(CHARGING)
    await place.until(lambda: place.published)
    await place.settled()
    assert [topic for topic, _ in place.published] == [STATE]
    assert place.state["charging"] == "ON"


@scene
async def test_of_a_charger_that_is_only_heard_of_no_sums_are_read(place):
    place.read.clear()
    place.change(replace(IDLE, last_seen=IDLE.last_seen + 1))
    await place.settled()
    assert SERIAL not in place.read


def test_a_session_of_the_past_shows_all_the_same_a_little_later(monkeypatch):
    """It came at once with its end, so that it is not among those that run."""
    monkeypatch.setattr(module, "_HEARD_S", 0.0)

    @scene
    async def play(place):
        place.energy = Metered(7_000.0)
        place.change(replace(IDLE, last_seen=IDLE.last_seen + 1))
        await place.until(lambda: place.state["energy"] == 7.0)

    play()


@scene
async def test_many_chargers_do_not_hold_the_loop(place):
    """It carries the frames of all chargers."""
    turns = [0]

    async def turn():
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(turn())
    many = [replace(IDLE, serial=f"c-{number}") for number in range(50)]
    found = []
    publish, place.publish = place.publish, lambda topic, payload: found.append((topic, turns[0]))
    place.change(*many)
    await place.until(lambda: len(found) == 3 * len(many))
    place.publish = publish
    other.cancel()
    assert len({turn for _, turn in found}) == len(many)


@scene
async def test_a_charger_that_is_renamed_is_announced_again(place):
    place.change(replace(IDLE, name="Court"))
    await place.until(lambda: json.loads(place.kept[CONFIG])["device"]["name"] == "Court")


@scene
async def test_a_charger_that_is_removed_leaves_nothing(place):
    place.change(gone={SERIAL})
    await place.until(lambda: place.kept.keys() == {NAMES.alive})
    # The books may keep it as somebody who is not known.
    place.change(IDLE)
    await place.until(lambda: STATE in place.kept)
    place.change(replace(IDLE, known=False))
    await place.until(lambda: place.kept.keys() == {NAMES.alive})


@scene
async def test_strangers_are_not_announced(place):
    place.change(replace(IDLE, serial="stranger", known=False))
    await place.settled()
    assert NAMES.state("stranger") not in place.kept


@scene
async def test_a_charger_that_was_removed_while_nobody_was_here_is_taken_back(place):
    old = NAMES.state("old")
    place.publish(NAMES.discovery("old"), b"{}")
    place.announcer.received(old, b'{"energy": 3}', True)
    await place.until(lambda: NAMES.discovery("old") not in place.kept)
    assert (old, b"") in place.published
    assert SERIAL not in [topic for topic, payload in place.published if not payload]


def test_nothing_is_taken_back_while_the_books_cannot_be_read():
    async def run():
        place = Place()
        place.announcer.received(STATE, b"{}", True)
        place.announcer.changed(Change({}, frozenset(), "the disk is full"))
        place.announcer.connected()
        # It would be taken back at once.
        await asyncio.sleep(0.05)
        place.change(IDLE)
        await place.settled()
        assert (CONFIG, b"") not in place.published
        await place.close()

    asyncio.run(run())


@scene
async def test_a_home_assistant_that_starts_gets_everything_again(place):
    place.published.clear()
    place.announcer.received(BIRTH, b"online", False)
    await place.until(lambda: STATE in dict(place.published))
    await place.settled()
    assert {topic for topic, _ in place.published} == {CONFIG, STATE, ONLINE, NAMES.alive}


@scene
async def test_a_birth_of_long_ago_and_a_death_bring_nothing(place):
    place.published.clear()
    place.announcer.received(BIRTH, b"online", True)
    place.announcer.received(BIRTH, b"offline", False)
    await place.settled()
    assert place.published == []


@scene
async def test_many_births_are_answered_once(place):
    place.published.clear()
    for _ in range(100):
        place.announcer.received(BIRTH, b"online", False)
    await place.until(lambda: STATE in dict(place.published))
    await place.settled()
    assert len(place.published) == 4


@scene
async def test_a_broker_that_comes_back_gets_everything_again(place):
    place.kept.clear()
    place.announcer.connected()
    await place.until(lambda: place.kept.keys() == {CONFIG, STATE, ONLINE, NAMES.alive})


@scene
async def test_the_last_will_of_another_process_is_taken_back(place):
    place.published.clear()
    place.announcer.received(NAMES.alive, b"offline", False)
    assert place.published == [(NAMES.alive, b"online")]
    place.announcer.received(NAMES.alive, b"online", False)
    assert len(place.published) == 1


@scene
async def test_without_the_books_nothing_is_available(place):
    """Nobody knows then what the chargers do."""
    place.change(error="the database is gone")
    await place.until(lambda: place.kept[NAMES.alive] == b"offline")
    # Another process may still read them, and its word stands.
    place.published.clear()
    place.announcer.received(NAMES.alive, b"offline", False)
    place.announcer.received(NAMES.alive, b"online", False)
    assert place.published == []
    place.announcer.connected()
    assert place.kept[NAMES.alive] == b"offline"
    place.change(CHARGING)
    await place.until(lambda: place.state["charging"] == "ON")
    assert place.kept[NAMES.alive] == b"online"


def test_nothing_is_available_before_the_books_were_read():
    async def run():
        place = Place()
        place.announcer.connected()
        assert place.kept == {}
        place.change(error="the database is gone")
        await place.until(lambda: place.kept == {NAMES.alive: b"offline"})
        place.change()
        await place.until(lambda: place.kept == {NAMES.alive: b"online"})
        await place.close()

    asyncio.run(run())


@scene
async def test_books_that_fail_are_read_again(place):
    place.books_fail = True
    place.change(CHARGING)
    await place.until(lambda: place.failed)
    assert place.state["charging"] == "OFF"
    place.books_fail = False
    await place.until(lambda: place.state["charging"] == "ON")


@scene
async def test_what_others_retain_there_does_no_harm(place):
    """The books alone say what is shown, whatever an earlier life has published."""
    for payload in (b"\xff", b"[" * 9000, b'{"energy": 5.1}'):
        place.announcer.received(NAMES.state("other"), payload, True)
    place.announcer.received("chargerctl/a+b/state", b"{}", True)
    place.energy = Metered(5_000.0)
    place.change(replace(IDLE, serial="other"))
    await place.until(lambda: NAMES.state("other") in place.kept)
    assert json.loads(place.kept[NAMES.state("other")])["energy"] == 5.0


@scene
async def test_a_command_is_done_and_its_answer_is_shown(place):
    place.announcer.received(NAMES.command(SERIAL, "charging"), b"ON", False)
    [(words, serial, done)] = place.orders
    assert (words, serial) == ("start", SERIAL)
    # The switch follows the session, and nothing else.
    assert place.state["charging"] == "OFF"
    done("start refused: Rejected")
    await place.until(lambda: place.state["command"] == "start refused: Rejected")
    assert place.state["charging"] == "OFF"


@pytest.mark.parametrize(
    ("topic", "payload", "retained"),
    [
        (NAMES.command(SERIAL, "charging"), b"ON", True),
        (NAMES.command(SERIAL, "charging"), b"on", False),
        (NAMES.command(SERIAL, "charging"), b"ON\n", False),
        (NAMES.command(SERIAL, "charging"), b"\xff" * 100_000, False),
        (NAMES.command(SERIAL, "reset"), b"", False),
        (NAMES.command(SERIAL, "reset"), b"ON", False),
        (NAMES.command(SERIAL, "status"), b"Available", False),
        (NAMES.command("nobody", "charging"), b"ON", False),
        ("chargerctl/GA.001/set/charging", b"ON", False),
        ("chargerctl/GA_2E001/set/charging/x", b"ON", False),
        ("chargerctl//set/charging", b"ON", False),
        ("other/GA_2E001/set/charging", b"ON", False),
    ],
)
def test_nothing_else_is_a_command(topic, payload, retained):
    @scene
    async def play(place):
        place.announcer.received(topic, payload, retained)
        await place.settled()
        assert place.orders == []

    play()


@scene
async def test_more_chargers_than_can_be_shown_are_told_of_once(place):
    many = [replace(IDLE, serial=f"c-{number}") for number in range(module.MOST_CHARGERS + 5)]
    place.change(*many)
    await place.until(lambda: NAMES.state("c-0") in place.kept)
    assert len(place.texts("homeassistant")) == 1
    assert "1000 chargers" in place.texts("homeassistant")[0]


@scene
async def test_at_the_end_nobody_publishes(place):
    place.announcer.close()
    assert place.kept[NAMES.alive] == b"offline"


@scene
async def test_another_process_publishes_and_obeys_for_its_own_chargers(place):
    place.elsewhere = {SERIAL}
    place.announcer.held_others({})
    place.published.clear()
    place.change(CHARGING)
    await place.settled()
    place.announcer.received(NAMES.command(SERIAL, "charging"), b"OFF", False)
    assert (place.published, place.orders, place.events) == ([], [], [])


@scene
async def test_who_speaks_to_a_charger_from_now_on_publishes_all_of_it(place):
    place.elsewhere = {SERIAL}
    place.announcer.held_others({})
    place.change(CHARGING)
    await place.settled()
    place.published.clear()
    place.elsewhere = set()
    place.announcer.held_others({SERIAL: 0.0})
    await place.until(lambda: STATE in dict(place.published))
    assert {CONFIG, STATE, ONLINE} <= dict(place.published).keys()
    assert place.state["charging"] == "ON"


@scene
async def test_a_command_that_came_while_nobody_spoke_to_the_charger_is_refused_by_the_next_one(place):
    place.elsewhere = {SERIAL}
    place.announcer.received(NAMES.command(SERIAL, "charging"), b"ON", False)
    place.elsewhere = set()
    place.announcer.held_others({SERIAL: 10.0})
    await place.until(lambda: "nobody spoke to the charger" in (place.state["command"] or ""))
    assert place.texts("homeassistant") == [
        "Home Assistant: start refused: nobody spoke to the charger just then"
    ]
    assert place.orders == []


@scene
async def test_a_command_of_long_ago_is_not_refused_where_a_charger_counts_as_new(place):
    place.elsewhere = {SERIAL}
    place.announcer.received(NAMES.command(SERIAL, "charging"), b"ON", False)
    place.elsewhere = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_NEW_S", -1.0)
        place.announcer.held_others({SERIAL: None})
    await place.settled()
    assert place.events == []


@scene
async def test_a_command_for_a_charger_that_is_gone_is_not_refused_when_it_comes_again(place):
    place.elsewhere = {SERIAL}
    place.announcer.received(NAMES.command(SERIAL, "charging"), b"ON", False)
    place.change(gone=[SERIAL])
    await place.settled()
    place.elsewhere = set()
    place.announcer.held_others({SERIAL: None})
    await place.settled()
    assert place.texts("homeassistant") == []


@scene
async def test_a_command_that_another_process_has_done_is_not_refused_later(place):
    place.elsewhere = {SERIAL}
    place.announcer.received(NAMES.command(SERIAL, "charging"), b"ON", False)
    place.elsewhere = set()
    place.announcer.held_others({SERIAL: 0.0})
    await place.settled()
    assert (place.orders, place.events) == ([], [])
