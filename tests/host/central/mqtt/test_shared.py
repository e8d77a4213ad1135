# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The MQTT side of a process that speaks only to some of the chargers."""

import threading
import time

import pytest
from chargerctl.central.mqtt.recent import LONGEST_S

from tests.host.central.mqtt.client import BOUND_S
from tests.host.central.mqtt.test_side import Rig
from tests.until import until


class Shared:
    may_speak = True
    is_parting = False
    own_broker = False

    def __init__(self):
        self.held = set()
        self.wanted = []
        self.reached_broker = []

    def holds(self, serial):
        return serial in self.held

    def want(self, serials):
        self.wanted += serials

    def reached(self, broker):
        self.reached_broker.append(broker)


@pytest.fixture
def shared():
    return Shared()


@pytest.fixture
def rig(tmp_path):
    opened = Rig(tmp_path)
    yield opened
    opened.close()


def test_a_charger_that_is_there_is_wanted_once_and_not_spoken_to(rig, shared):
    rig.side(shared=shared)
    charger = rig.client()
    for number in range(3):
        charger.publish("/charger/c-1", f"[{number}]")
    charger.publish("/charger/c-2/connection", "online", retain=True)
    until(lambda: "c-2" in shared.wanted)
    assert shared.wanted == ["c-1", "c-2"]
    assert rig.desk.arrived == []


def test_who_holds_a_charger_gets_what_has_come_since_nobody_had_it(rig, shared):
    side = rig.side(shared=shared)
    charger = rig.client()
    charger.publish("/charger/c-1", "[before]")
    until(lambda: shared.wanted)
    nobodys_since = rig.thread.loop.time()
    time.sleep(0.1)  # the time that passes is what it is about
    charger.publish("/charger/c-1", "[since]")
    charger.publish("/charger/c-2", "[last]")
    until(lambda: "c-2" in shared.wanted)
    shared.held = {"c-1"}

    async def gain():
        side.gained({"c-1": rig.thread.loop.time() - nobodys_since})

    rig.thread.run(gain(), BOUND_S)
    rig.desk.wait_for("[since]", "c-1")
    assert [each[0] for each in rig.desk.arrived] == ["connected", "[since]"]


def test_of_a_charger_that_is_new_every_frame_counts(rig, shared):
    side = rig.side(shared=shared)
    rig.client().publish("/charger/c-1", "[first]")
    until(lambda: shared.wanted)
    shared.held = {"c-1"}
    side.gained({"c-1": None})
    rig.desk.wait_for("[first]", "c-1")
    assert LONGEST_S > 10  # a charger waits 30 s for its answer


def test_a_charger_that_is_held_and_not_there_is_not_connected(rig, shared):
    side = rig.side(shared=shared)
    shared.held = {"c-1"}
    side.gained({"c-1": None})
    rig.client().publish("/charger/c-1", "[first]")
    rig.desk.wait_for("[first]", "c-1")
    assert [each[0] for each in rig.desk.arrived] == ["[first]"]


def test_nothing_is_sent_once_the_lease_is_over(rig, shared):
    shared.held = {"c-1"}
    side = rig.side(shared=shared)
    charger = rig.client()
    assert charger.subscribe("/system/c-1")
    side.send("c-1", "[1]")
    charger.wait_for("/system/c-1", b"[1]")
    shared.held = set()
    side.send("c-1", "[of another one's by now]")
    rig.thread.run(_nothing(), BOUND_S)
    shared.may_speak = False
    side.send("c-1", "[2]")
    side.announce(["c-1"], False)
    rig.thread.run(_nothing(), BOUND_S)
    shared.may_speak, shared.held = True, {"c-1"}
    side.send("c-1", "[3]")
    charger.wait_for("/system/c-1", b"[3]")
    assert charger.payloads("/system/c-1") == [b"[1]", b"[3]"]


def test_a_charger_that_was_let_go_is_told_so_in_time_or_never(rig, shared):
    shared.is_parting = True
    side = rig.side(shared=shared)
    charger = rig.client()
    assert charger.subscribe("/system/c-1/connection")
    side.announce(["c-1"], False)
    charger.wait_for("/system/c-1/connection", b"offline")
    held_up = threading.Event()
    rig.thread.loop.call_soon_threadsafe(held_up.wait)
    side.announce(["c-1"], False)
    shared.is_parting = False
    held_up.set()
    rig.thread.run(_nothing(), BOUND_S)
    shared.held = {"c-1"}
    side.announce(["c-1"], True)
    charger.wait_for("/system/c-1/connection", b"online")
    assert charger.payloads("/system/c-1/connection") == [b"offline", b"online"]


def test_a_word_of_the_holder_is_not_said_once_another_one_holds_the_charger(rig, shared):
    shared.held = {"c-1"}
    side = rig.side(shared=shared)
    charger = rig.client()
    assert charger.subscribe("/system/c-1/connection")
    held_up = threading.Event()
    rig.thread.loop.call_soon_threadsafe(held_up.wait)
    side.announce(["c-1"], False)
    shared.held = set()
    held_up.set()
    rig.thread.run(_nothing(), BOUND_S)
    shared.held = {"c-1"}
    side.announce(["c-1"], True)
    charger.wait_for("/system/c-1/connection", b"online")
    assert charger.payloads("/system/c-1/connection") == [b"online"]


async def _nothing():
    """Has passed through the loop after what was given to it before."""


def test_what_a_lost_charger_is_told_is_not_repeated(rig, shared):
    side = rig.side(shared=shared)
    side.announce(["c-1", "c-2"], True)
    side.lost(["c-1"])
    assert side.announced == ["c-2"]


def test_it_is_known_whether_the_broker_is_there(rig, shared):
    rig.side(shared=shared)
    rig.broker.kill()
    until(lambda: shared.reached_broker == [False])
    rig.broker.start()
    until(lambda: shared.reached_broker == [False, True])
