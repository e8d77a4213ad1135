# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the desk tells whoever counts: only what the books have kept, each thing once."""

from __future__ import annotations

import pytest
from chargerctl.central.books.interface import WaitingCall
from chargerctl.central.conversation.ended import RESULT, Ended
from chargerctl.central.desk.inbox import Limits

from tests.host.central.desk.conftest import Rig
from tests.host.central.desk.fakes import BOOT, call

HEARTBEAT = call("Heartbeat")


class Counting:
    def __init__(self) -> None:
        self.units = []
        self.failures: list[str] = []
        self.drops: list[tuple[str, int]] = []

    def done(self, unit) -> None:
        self.units.append(unit)

    def failed(self, why: str) -> None:
        self.failures.append(why)

    def dropped(self, why: str, frames: int) -> None:
        if frames:
            self.drops.append((why, frames))

    @property
    def ended(self):
        return [each for unit in self.units for each in unit.ended]


@pytest.fixture
def seen():
    return Counting()


@pytest.fixture
def rig(seen):
    return Rig(observer=seen)


def test_a_unit_is_told_with_its_frames_and_how_long_each_waited(rig, seen):
    link = rig.charger()
    rig.desk.received("c-1", link, BOOT)
    rig.step(0.5)
    unit = seen.units[-1]
    assert unit.frames == 1
    assert list(unit.answered_s) == [0.5]
    assert list(unit.ended) == [(Ended(False, "BootNotification", RESULT), None)]


def test_what_the_books_did_not_keep_is_counted_when_they_do(rig, seen):
    link = rig.charger()
    rig.store.gone = True
    rig.desk.received("c-1", link, HEARTBEAT)
    rig.run(2)
    assert not seen.ended
    assert "books" in seen.failures
    rig.store.gone = False
    rig.run(4)
    assert [each.action for each, _ in seen.ended] == ["Heartbeat"]


def test_a_call_of_ours_is_told_with_the_time_to_its_answer(rig, seen):
    link = rig.charger()
    rig.store.waiting = [WaitingCall(5, "c-1", "Reset", {}, 30)]
    rig.step(0.25)
    rig.step()
    rig.desk.received("c-1", link, '[3, "call-5", {"status": "Accepted"}]')
    rig.step(1.5)
    ended, took = seen.ended[-1]
    assert (ended.ours, ended.action, ended.outcome, took) == (True, "Reset", RESULT, 1.5)


def test_a_call_for_a_charger_that_is_not_there_is_told(rig, seen):
    rig.store.waiting = [WaitingCall(5, "c-1", "Reset", {}, 30)]
    rig.step(0.25)
    assert seen.ended == [(Ended(True, "Reset", "NotConnected"), None)]


def test_a_bug_is_told_with_the_frame_that_it_cost(rig, seen):
    link = rig.charger()
    rig.desk.received("c-1", link, call("Crash"))
    rig.step()
    assert seen.failures == ["bug"]
    assert seen.drops == [("bug", 1)]


def test_frames_that_had_no_place_are_told_by_their_reason(seen):
    rig = Rig(Limits(waiting=2, waiting_bytes=300, each_bytes=200, reserved_bytes=10), observer=seen)
    link, other = rig.charger(), rig.charger("c-2")
    for _ in range(5):
        rig.desk.received("c-1", link, "x" * 90)
    rig.desk.received("c-2", other, "x" * 190)
    rig.step(61)
    assert sorted(seen.drops) == [("age", 2), ("rate", 3), ("room", 1)]


def test_frames_that_are_too_large_or_too_old_are_told(rig, seen):
    link = rig.charger()
    rig.desk.received("c-1", link, "x" * 1_000_000)
    rig.store.gone = True
    rig.desk.received("c-1", link, HEARTBEAT)
    rig.run(25)
    assert seen.drops == [("size", 1), ("age", 1)]


def test_what_waits_and_who_is_connected_can_be_read(rig):
    link = rig.charger()
    rig.charger("c-2", "websocket")
    rig.desk.received("c-1", link, HEARTBEAT)
    assert rig.desk.waiting() == (1, len(HEARTBEAT))
    assert rig.desk.connections() == {"mqtt": 1, "websocket": 1}
