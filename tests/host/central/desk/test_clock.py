# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The date of the computer is set, by hours or days: nobody waits for that, and what was outstanding stays so."""

import json

import pytest
from chargerctl.central.books.interface import WaitingCall
from chargerctl.central.conversation.conversation import Conversation

from tests.host.central.desk.conftest import Rig
from tests.host.central.desk.fakes import NOW, Link, call

BACK, FORWARD = -2 * 3600.0, 3 * 86_400.0
both_ways = pytest.mark.parametrize("jump", [BACK, FORWARD])


@both_ways
def test_a_frame_is_answered_after_an_outage_and_a_jump(rig, jump):
    link = rig.charger()
    rig.store.gone = True
    rig.desk.received("c-1", link, call("Heartbeat", 1))
    rig.run(6)
    rig.date += jump
    rig.store.gone = False
    rig.run(3)
    rig.desk.received("c-1", link, call("Heartbeat", 2))
    rig.step(1)
    assert link.sent == ['[3, "1", {}]', '[3, "2", {}]']


@both_ways
def test_a_frame_that_waits_is_neither_too_old_nor_too_young(rig, jump):
    link = rig.charger()
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.date += jump
    rig.step()
    assert link.sent == ['[3, "1", {}]']


@both_ways
def test_a_call_is_taken_up_and_answered(rig, jump):
    link = rig.charger()
    rig.date += jump
    rig.store.waiting = [WaitingCall(9, "c-1", "Reset", {"type": "Soft"}, 30)]
    rig.run(0.5)
    assert json.loads(link.sent[0])[2] == "Reset"


@both_ways
def test_the_books_learn_at_once_that_this_process_works(rig, jump):
    """By the new date it was not seen for hours: its calls and its chargers would be taken for those of a dead one."""
    rig.charger()
    rig.run(0.5)
    before = rig.store.kept.count(("working",))
    rig.date += jump
    rig.step(0.1)
    assert rig.store.kept.count(("working",)) == before + 1


@both_ways
def test_a_call_that_is_not_answered_ends_after_its_own_time(jump):
    rig = Rig(talk=lambda books, violated, outcome, *_: Conversation(books=books, on_outcome=outcome))
    link = rig.charger()
    rig.store.waiting = [WaitingCall(9, "c-1", "Reset", {"type": "Soft"}, 30)]
    rig.run(1)
    assert len(link.sent) == 1
    rig.date += jump
    rig.run(28)
    assert rig.store.outcomes() == {}
    rig.run(3)
    assert rig.store.outcomes()[9].error == "Timeout"


@both_ways
def test_a_charger_that_the_owner_refuses_is_not_believed_for_longer(rig, jump):
    link = rig.charger()
    rig.date += jump
    rig.store.known.remove("c-1")
    rig.step(6)
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.step()
    assert len(rig.talks) == 2


def test_the_next_step_is_never_hours_away(rig):
    rig.charger()
    rig.run(1)
    rig.date += BACK
    rig.step(1)
    assert rig.desk.next_step() - rig.now <= 0.25


def test_what_is_written_has_the_date(rig):
    link = rig.charger()
    rig.desk.received("c-1", link, call("Heartbeat", 1))
    rig.step()
    assert rig.store.dates[-1] == pytest.approx(NOW, abs=60)
    rig.date += FORWARD
    rig.desk.received("c-1", link, call("Heartbeat", 2))
    rig.step()
    assert rig.store.dates[-1] == pytest.approx(NOW + FORWARD, abs=60)


def test_chargers_are_told_after_the_first_attempt_that_took_too_long(rig):
    link = rig.charger()
    rig.store.takes = lambda: rig.pass_by(5)
    rig.store.gone = True
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.step()
    assert link.told == [True, False]


def test_the_pause_begins_after_the_attempt(rig):
    link = rig.charger()
    rig.store.takes = lambda: rig.pass_by(5)
    rig.store.gone = True
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.step()
    assert rig.desk.next_step() > rig.now


def test_a_link_is_told_again_when_the_books_are_back(rig):
    link = Link()
    rig.desk.connected("c-1", link)
    rig.store.takes = lambda: rig.pass_by(5)
    rig.store.gone = True
    rig.step()
    rig.store.takes = lambda: None
    rig.store.gone = False
    rig.run(3)
    assert link.told[-1] is True


def test_whether_a_call_is_still_wanted_is_asked_with_the_date():
    rig = Rig(talk=lambda books, violated, outcome, *_: Conversation(books=books, on_outcome=outcome))
    rig.charger()
    rig.date += FORWARD
    rig.store.waiting = [WaitingCall(9, "c-1", "Reset", {"type": "Soft"}, 30)]
    rig.run(0.5)
    assert rig.store.dates[0] == pytest.approx(NOW + FORWARD, abs=60)
