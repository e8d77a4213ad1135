# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A desk that speaks only to the chargers that its process holds."""

import json

import pytest
from chargerctl.central.books.interface import FencedError, Outcome, WaitingCall
from chargerctl.central.desk.desk import QUIET_S

from tests.host.central.desk.conftest import Rig
from tests.host.central.desk.fakes import BOOT, Link, Talk, call


class Shared:
    def __init__(self):
        self.held = {"c-1", "c-2"}
        self.released = []
        self.doubts = 0

    def holds(self, serial):
        return serial in self.held

    def release(self, serials, quiet_s):
        self.held -= set(serials)
        self.released += serials

    def doubt(self):
        self.doubts += 1


class Asked(Talk):
    """A call that is outstanding is over when it is disconnected."""

    def disconnected(self):
        for key, _, _ in self._outstanding:
            self._on_outcome(
                key, Outcome(error="Timeout", detail="the connection was lost before the answer")
            )
        self._outstanding = []


@pytest.fixture
def shared():
    return Shared()


@pytest.fixture
def rig(shared):
    return Rig(talk=Asked, shared=shared)


def test_a_frame_of_a_charger_that_another_process_has_is_not_looked_at(rig, shared):
    shared.held = {"c-2"}
    link = rig.charger("c-1")
    rig.desk.received("c-1", link, BOOT)
    rig.step()
    assert link.sent == []
    assert rig.store.booked() == []


def test_what_is_due_to_a_charger_that_another_process_has_is_not_sent(rig, shared):
    link = rig.charger("c-1")
    rig.store.waiting = [WaitingCall(1, "c-1", "Reset", {}, 30.0)]
    rig.step(0.25)
    shared.held = {"c-2"}
    rig.step(0.25)
    assert link.sent == []


def test_the_connection_of_a_charger_that_is_lost_is_closed_without_waiting_for_the_books(rig, shared):
    link = rig.charger("c-1", "websocket")
    rig.store.gone = True
    rig.desk.lost(["c-1"])
    assert link.closed == ["another process of the central system speaks to the charger"]


def test_a_connection_is_closed_that_is_lost_before_the_desk_has_seen_it(rig, shared):
    link = Link("websocket")
    rig.desk.connected("c-1", link)
    shared.held = set()
    rig.desk.lost(["c-1"])
    rig.step()
    assert link.closed == ["another process of the central system speaks to the charger"]


def test_a_connection_is_closed_that_a_group_learns_of_while_it_is_lost(rig, shared):
    """The lease ends within the unit of work that books its coming."""
    link = Link("websocket")
    rig.desk.connected("c-1", link)
    rig.store.takes = lambda: rig.desk.lost(["c-1"])
    rig.step()
    rig.store.takes = lambda: None
    rig.step()
    assert link.closed


def test_nothing_of_a_charger_is_done_in_a_unit_that_has_begun_without_a_lease(rig, shared):
    link = rig.charger("c-1")
    rig.store.has_lease = False
    rig.desk.received("c-1", link, BOOT)
    rig.step()
    assert link.sent == []
    assert shared.doubts
    rig.store.has_lease = True
    rig.run(1.0)
    assert len(link.sent) == 1


def test_what_a_lost_charger_was_asked_has_an_outcome(rig, shared):
    rig.charger("c-1")
    rig.store.waiting = [WaitingCall(1, "c-1", "Reset", {}, 30.0)]
    rig.step(0.25)
    rig.step()
    shared.held.discard("c-1")
    rig.desk.lost(["c-1"])
    rig.step()
    assert rig.store.outcomes()[1].error == "Timeout"


def test_a_lost_charger_is_connected_to_this_process_no_more(rig, shared):
    rig.charger("c-1", "websocket")
    shared.held.discard("c-1")
    rig.desk.lost(["c-1"])
    rig.step()
    assert rig.store.kept[-1] == ("connected", "c-1", None)


def test_a_charger_that_is_held_again_is_spoken_to_from_the_beginning(rig, shared):
    link = rig.charger("c-1")
    rig.desk.received("c-1", link, BOOT)
    rig.step()
    rig.desk.lost(["c-1"])
    rig.desk.connected("c-1", link)
    rig.desk.received("c-1", link, call("Heartbeat", 2))
    rig.step()
    assert [talk.registered for talk in rig.talks] == [True, False]
    assert json.loads(link.sent[-1])[1] == "2"


def test_it_is_left_when_the_books_can_be_written_again(rig, shared):
    link = rig.charger("c-1")
    rig.store.gone = True
    rig.desk.lost(["c-1"])
    rig.step()
    rig.store.gone = False
    rig.run(3)
    rig.desk.connected("c-1", link)
    rig.step()
    assert len(rig.talks) == 2


def test_what_a_fence_has_stopped_is_done_again_without_the_chargers_that_are_gone(rig, shared):
    first, second = rig.charger("c-1"), rig.charger("c-2")
    before = len(rig.store.booked())
    rig.store.takes = lambda: (_ for _ in ()).throw(FencedError("taken over"))
    for serial, link in (("c-1", first), ("c-2", second)):
        rig.desk.received(serial, link, call("Heartbeat"))
    rig.step()
    assert (shared.doubts, first.sent, second.sent) == (1, [], [])
    rig.store.takes = lambda: None
    shared.held = {"c-2"}
    rig.step(0.1)
    assert (len(first.sent), len(second.sent)) == (0, 1)
    assert len(rig.store.booked()) == before + 1
    assert rig.texts("books") == []


def test_a_charger_is_left_to_another_process_in_a_quiet_moment(rig, shared):
    link = rig.charger("c-1")
    rig.desk.give_up(["c-1"])
    rig.run(QUIET_S - 1)
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.run(QUIET_S - 1)
    assert shared.released == []
    rig.run(2)
    assert shared.released == ["c-1"]


def test_a_charger_that_has_a_call_waiting_is_not_left(rig, shared):
    rig.charger("c-1")
    rig.talks[0].ask(1, "Reset", {}, 30.0)  # nothing has it sent
    rig.desk.give_up(["c-1"])
    rig.run(QUIET_S + 1)
    assert shared.released == []


def test_a_charger_on_a_websocket_is_not_left(rig, shared):
    rig.charger("c-1", "websocket")
    rig.desk.give_up(["c-1"])
    rig.run(QUIET_S + 2)
    assert shared.released == []


def test_chargers_that_are_not_held_are_not_told_of_an_outage(rig, shared):
    first, second = rig.charger("c-1"), rig.charger("c-2")
    shared.held = {"c-2"}
    rig.store.gone = True
    rig.run(10)
    assert False not in first.told
    assert False in second.told
