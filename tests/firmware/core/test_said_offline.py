# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The link is up, and the central system has said that nobody will answer: nothing is asked, and calls are answered."""

import json

import pytest

from tests.firmware.rig import Link, Rig


class OpenLink(Link):
    """`connected` False: said to be offline. What is given to it leaves nevertheless."""

    def publish(self, frame):
        self.sent.append(json.loads(frame))
        return True


@pytest.fixture
def rig():
    return Rig(link=OpenLink())


def asked(rig, since):
    return [frame[2] for frame in rig.link.sent[since:] if frame[0] == 2]


def offline(rig):
    rig.link.connected = False


def online(rig):
    rig.link.connected = True


def test_a_card_is_decided_about_at_once(rig):
    rig.run(11000)
    rig.plug()
    offline(rig)
    since = len(rig.link.sent)
    rig.swipe()
    rig.run(100)
    assert "Offline" in rig.screen.notices
    assert asked(rig, since) == []


def test_an_outstanding_call_ends_at_once_and_the_card_with_it(rig):
    rig.run(11000)
    rig.plug()
    rig.answers["Authorize"] = None
    rig.swipe()
    rig.run(100)
    assert rig.calls("Authorize")
    offline(rig)
    rig.run(50)
    assert "Offline" in rig.screen.notices
    assert "No Answer" not in rig.screen.notices


def test_a_start_without_an_answer_keeps_its_id_and_is_sent_again_with_online(rig):
    rig.answers["StartTransaction"] = None
    rig.charge()
    offline(rig)
    rig.wait(400)
    assert rig.relay.closed
    assert len(rig.calls("StartTransaction")) == 1
    online(rig)
    rig.run(100)
    ids = [frame[1] for frame in rig.link.sent if frame[0] == 2 and frame[2] == "StartTransaction"]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_nothing_is_asked_for_hours_and_then_the_present_status_and_the_transactions_in_order(rig):
    rig.charge()
    rig.run(1000)
    offline(rig)
    since = len(rig.link.sent)
    rig.unplug()
    for _ in range(3):
        rig.wait(3600)
    assert not rig.relay.closed
    assert asked(rig, since) == []
    online(rig)
    rig.run(1000)
    found = asked(rig, since)
    assert "BootNotification" not in found
    assert [action for action in found if action != "StatusNotification"] == ["StopTransaction"]
    assert rig.statuses()[-1] == "Available"


def test_sixteen_sessions_come_in_order(rig):
    rig.run(11000)
    rig.call("ChangeConfiguration", {"key": "AllowOfflineTxForUnknownId", "value": "true"})
    offline(rig)
    since = len(rig.link.sent)
    for number in range(16):
        rig.plug()
        rig.swipe(f"0400000{number:X}")
        rig.run(400)
        rig.unplug()
        rig.wait(400)
    assert asked(rig, since) == []
    online(rig)
    rig.run(20000)
    found = [action for action in asked(rig, since) if action.startswith("St") and "Status" not in action]
    assert found == ["StartTransaction", "StopTransaction"] * 16
    assert [each["idTag"] for each in rig.calls("StartTransaction")] == [f"0400000{n:X}" for n in range(16)]


def test_calls_are_answered_a_stop_is_obeyed_and_a_start_refused(rig):
    rig.charge()
    rig.run(1000)
    offline(rig)
    assert rig.call("GetConfiguration", {"key": ["HeartbeatInterval"]}, "a")[0] == 3
    assert rig.call("RemoteStartTransaction", {"idTag": "app-1"}, "b")[2] == {"status": "Rejected"}
    assert rig.call("RemoteStopTransaction", {"transactionId": 7}, "c")[2] == {"status": "Accepted"}
    rig.run(500)
    assert not rig.relay.closed


def test_a_message_that_is_triggered_meanwhile_is_refused_for_it_would_not_be_sent(rig):
    rig.run(11000)
    offline(rig)
    rig.run(100)
    for action in ("Heartbeat", "StatusNotification", "MeterValues", "BootNotification"):
        answer = rig.call("TriggerMessage", {"requestedMessage": action}, action)
        assert answer[2] == {"status": "Rejected"}, action
    online(rig)
    rig.run(1000)
    assert rig.call("TriggerMessage", {"requestedMessage": "Heartbeat"}, "later")[2] == {"status": "Accepted"}


def test_no_word_of_it_moves_the_relay_where_a_person_can_end_the_charge(rig):
    rig.charge()
    for _ in range(20):
        offline(rig)
        rig.run(30)
        assert rig.relay.closed
        online(rig)
        rig.run(30)
        assert rig.relay.closed
    rig.unplug()
    for _ in range(20):
        offline(rig)
        rig.run(30)
        online(rig)
        rig.run(30)
        assert not rig.relay.closed


def test_who_is_said_to_be_offline_at_the_start_is_asked_once_when_it_is_back(rig):
    offline(rig)
    rig.wait(600)
    assert rig.link.sent == []
    online(rig)
    rig.wait(200)
    assert len(rig.calls("BootNotification")) == 1
