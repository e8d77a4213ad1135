# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is answered is in the books; what is not in the books is not answered."""

import json

import pytest
from chargerctl.central.books.interface import WaitingCall
from chargerctl.central.desk.inbox import Limits

from tests.host.central.desk.conftest import Rig
from tests.host.central.desk.fakes import BOOT, Link, call


def test_a_frame_is_booked_and_answered(rig):
    link = rig.charger()
    rig.desk.received("c-1", link, call("Heartbeat", 5).encode())
    rig.step()
    assert rig.store.booked() == ["Heartbeat"]
    assert link.sent == ['[3, "5", {}]']


def test_what_has_gathered_is_one_unit_of_work(rig):
    links = {serial: rig.charger(serial) for serial in ("c-1", "c-2", "c-3")}
    units = rig.store.units
    for serial, link in links.items():
        rig.desk.received(serial, link, call("Heartbeat"))
    rig.step()
    assert rig.store.units == units + 1
    assert all(link.sent for link in links.values())


def test_nothing_is_sent_before_the_unit_has_ended(rig):
    link = rig.charger()
    seen = []
    rig.store.refuses = lambda what: seen.append(list(link.sent)) or False
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.step()
    assert seen
    assert not any(seen)
    assert link.sent


def test_without_books_nothing_is_answered_and_the_frame_is_tried_again(rig):
    link = rig.charger()
    rig.store.gone = True
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.run(2)
    assert link.sent == []
    rig.store.gone = False
    rig.run(3)
    assert link.sent == ['[3, "1", {}]']
    assert rig.store.booked() == ["Heartbeat"]
    assert "no space left on device" in rig.texts("books")[0]
    assert "can be written again" in rig.texts("books")[1]


def test_a_conversation_forgets_what_the_books_have_not_kept(rig):
    link = rig.charger()
    rig.store.refuses = lambda what: what[0] == "booked"
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.step()
    [talk] = rig.talks
    assert talk.losses == 1
    saves = talk.saves
    rig.store.refuses = lambda what: False
    rig.run(1)
    assert talk.saves == saves + 1


def test_a_frame_that_became_too_old_is_dropped_for_the_charger_repeats_it(rig):
    link = rig.charger()
    rig.store.gone = True
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.run(25)
    rig.store.gone = False
    rig.run(3)
    assert link.sent == []
    assert rig.store.booked() == []
    assert "1 frames had become too old" in rig.texts("books")[-1]


def test_a_frame_that_became_too_old_while_the_books_were_well_is_told_too(rig):
    link = rig.charger()
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.step(25)  # the computer was asleep, or the unit before took as long
    assert link.sent == []
    assert rig.texts("books") == [
        "1 frames waited for too long and are dropped, the chargers repeat what matters"
    ]


def test_chargers_are_told_when_the_books_are_gone_for_seconds_and_when_they_are_back(rig):
    link = rig.charger()
    assert link.told == [True]
    rig.store.gone = True
    rig.run(2)
    assert link.told == [True]
    rig.run(5)
    assert link.told == [True, False]
    rig.store.gone = False
    rig.run(3)
    assert link.told == [True, False, True]


def test_books_that_can_be_read_and_not_written_are_not_back(rig):
    link = rig.charger()
    rig.store.refuses = lambda what: True
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.run(40)
    assert len(rig.texts("books")) == 1
    assert link.told == [True, False]


def test_a_frame_that_can_never_be_booked_does_not_keep_the_others_waiting(rig):
    bad, good = rig.charger("c-1"), rig.charger("c-2")
    rig.store.refuses = lambda what: what[:2] == ("booked", "c-1")
    rig.desk.received("c-1", bad, call("Heartbeat"))
    rig.desk.received("c-2", good, call("Heartbeat"))
    rig.run(1)
    assert good.sent
    rig.run(5)
    assert "a frame cannot be booked, and those of others can" in rig.texts("dropped")[0]
    rig.store.refuses = lambda what: False
    rig.desk.received("c-1", bad, call("Heartbeat", 2))
    rig.run(1)
    assert bad.sent == ['[3, "2", {}]']


def test_calls_and_the_sign_of_life_do_not_wait_for_a_charger_whose_frames_fail(rig):
    bad, good = rig.charger("c-1"), rig.charger("c-2")
    rig.store.refuses = lambda what: what[:2] == ("booked", "c-1")
    signs = []
    for number in range(60):
        rig.desk.received("c-1", bad, call("Heartbeat", number))
        if number == 10:
            rig.store.waiting = [WaitingCall(9, "c-2", "Reset", {"type": "Soft"}, 30)]
        rig.step(0.25)
        signs.append(rig.store.kept.count(("working",)))
    assert [json.loads(each)[2] for each in good.sent] == ["Reset"]
    assert all(signs[at + 24] > signs[at] for at in range(0, 36, 4))


def test_a_frame_that_our_own_code_cannot_handle_is_dropped_and_the_rest_of_its_group_is_not(rig):
    bad, good = rig.charger("c-1"), rig.charger("c-2")
    rig.desk.received("c-1", bad, call("Crash"))
    rig.desk.received("c-2", good, call("Heartbeat"))
    rig.desk.received("c-1", bad, call("Heartbeat", 2))
    rig.step()
    assert good.sent == ['[3, "1", {}]']
    assert bad.sent == ['[3, "2", {}]']
    assert "a bug" in rig.texts("bug")[0]


def test_what_was_booked_is_told_when_it_is_kept_and_once(rig):
    link = rig.charger()
    rig.store.refuses = lambda what: True
    start = call("StartTransaction", connectorId=1, idTag="04A1", meterStart=100, timestamp="")
    rig.desk.received("c-1", link, start)
    rig.run(1)
    assert rig.texts("start") == []
    rig.store.refuses = lambda what: False
    rig.run(2)
    assert rig.texts("start") == ["transaction 7 starts: connector 1, card 04A1: Accepted"]
    rig.desk.received("c-1", link, call("StopTransaction", 2, transactionId=7, meterStop=1600, timestamp=""))
    rig.step()
    assert rig.texts("stop") == ["transaction 7 ends: 1500 Wh, Local"]


def test_a_call_is_sent_to_its_charger_and_the_outcome_is_booked(rig):
    link = rig.charger()
    rig.store.waiting = [WaitingCall(9, "c-1", "Reset", {"type": "Soft"}, 30)]
    rig.run(0.5)
    assert json.loads(link.sent[0])[2] == "Reset"
    rig.desk.received("c-1", link, '[3, "call-9", {"status": "Accepted"}]')
    rig.step()
    assert rig.store.outcomes()[9].answer == {"status": "Accepted"}
    assert rig.texts("call") == ["Reset: Accepted"]


@pytest.mark.parametrize("before", ["never seen", "gone"])
def test_a_call_to_a_charger_that_is_not_connected_ends_at_once(rig, before):
    if before == "gone":
        rig.desk.disconnected("c-1", rig.charger())
        rig.step()
    rig.store.waiting = [WaitingCall(9, "c-1", "Reset", {"type": "Soft"}, 30)]
    rig.run(0.5)
    assert rig.store.outcomes()[9].error == "NotConnected"
    assert rig.texts("call") == ["Reset: the charger is not connected"]


def test_a_call_that_was_taken_up_in_a_unit_that_failed_is_sent_once(rig):
    link = rig.charger()
    rig.store.waiting = [WaitingCall(9, "c-1", "Reset", {"type": "Soft"}, 30)]
    rig.store.refuses = lambda what: True
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.run(1)
    rig.store.refuses = lambda what: False
    rig.run(5)
    assert [json.loads(each)[2] for each in link.sent if json.loads(each)[0] == 2] == ["Reset"]


def test_the_thread_answers_and_ends_with_what_has_arrived():
    rig = Rig()
    link = Link()
    rig.desk.start()
    rig.desk.received("c-1", link, BOOT)
    rig.desk.close()
    assert json.loads(link.sent[0])[2] == {"status": "Accepted"}
    assert link.told[-1] is False


def test_at_the_end_chargers_are_told_without_waiting_for_books_that_are_gone(rig):
    link = rig.charger()
    rig.store.gone = True
    rig.step(6)
    attempts = []
    rig.store.takes = lambda: attempts.append(rig.now)
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.desk.close()
    assert link.told[-1] is False
    assert attempts == []


def test_at_the_end_nobody_waits_for_a_charger_that_sends_too_fast():
    rig = Rig(Limits(burst=2, rate=0.001))
    link = rig.charger()
    for number in range(5):
        rig.desk.received("c-1", link, call("Heartbeat", number))
    rig.desk.close()
    assert len(link.sent) == 2


def test_at_the_end_chargers_are_told_whatever_fails(rig):
    link = rig.charger()

    def fail():
        raise KeyError("a bug")

    rig.store.takes = fail
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.desk.close()
    assert link.told[-1] is False
    assert "a bug" in rig.texts("bug")[0]


class Thread:
    """One that gets no turn."""

    def __init__(self, **_):
        pass

    def start(self):
        pass

    def join(self):
        pass


def test_once_it_has_started_the_books_know_that_it_works(rig, monkeypatch):
    monkeypatch.setattr("threading.Thread", Thread)
    rig.desk.start()
    assert ("working",) in rig.store.kept
    rig.desk.close()
