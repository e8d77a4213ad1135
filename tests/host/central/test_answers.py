# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The answers of the central system, by default and from a script."""

import json

import pytest
from chargerctl.central.conversation.script import ANY, Behaviour
from chargerctl.central.messages.defaults import CALLS
from chargerctl.central.messages.schemas import ACTIONS, CALL, CALL_RESULT, check_payload, parse

CHARGERS_CALLS = {
    "Authorize": {"idTag": "04A1B2C3"},
    "BootNotification": {"chargePointVendor": "v", "chargePointModel": "m"},
    "DataTransfer": {"vendorId": "v"},
    "DiagnosticsStatusNotification": {"status": "Idle"},
    "FirmwareStatusNotification": {"status": "Idle"},
    "Heartbeat": {},
    "LogStatusNotification": {"status": "Idle"},
    "MeterValues": {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2026-11-22T07:30:00Z", "sampledValue": [{"value": "1"}]}],
    },
    "SecurityEventNotification": {"type": "x", "timestamp": "2026-11-22T07:30:00Z"},
    "SignCertificate": {"csr": "x"},
    "SignedFirmwareStatusNotification": {"status": "Idle"},
    "StartTransaction": {
        "connectorId": 1,
        "idTag": "04A1B2C3",
        "meterStart": 0,
        "timestamp": "2026-11-22T07:30:00Z",
    },
    "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Available"},
    "StopTransaction": {"transactionId": 1, "meterStop": 1, "timestamp": "2026-11-22T07:30:00Z"},
}


def test_between_them_charger_and_central_system_have_every_action_of_ocpp():
    assert set(CHARGERS_CALLS) | set(CALLS) == ACTIONS


@pytest.mark.parametrize("action", sorted(CHARGERS_CALLS))
def test_every_usual_answer_is_valid(booted, action):
    check_payload(CALL, action, CHARGERS_CALLS[action])
    [[kind, call_id, payload]] = booted.call(action, **CHARGERS_CALLS[action])
    assert (kind, call_id) == (3, "id-2")
    check_payload(CALL_RESULT, action, payload)
    assert booted.reasons() == []


@pytest.mark.parametrize("action", sorted(CALLS))
def test_every_usual_call_is_valid(booted, action):
    kind, call_id, named, payload = parse(booted.central.call(action))
    assert (kind, named) == (2, action)
    assert 0 < len(call_id) <= 36
    check_payload(CALL, action, payload)


def test_boot_is_accepted_with_the_time_and_the_interval(charger):
    [[_kind, _id, payload]] = charger.boot()
    assert payload == {"status": "Accepted", "currentTime": "2026-11-22T07:30:00.000Z", "interval": 300}


def test_calls_have_ids_that_are_never_used_again(booted):
    ids = {json.loads(booted.central.call("Reset"))[1] for _each in range(100)}
    assert len(ids) == 100


def test_a_call_carries_the_payload_it_is_given_even_a_wrong_one(booted):
    assert json.loads(booted.central.call("Reset", {"type": "Sideways"}))[3] == {"type": "Sideways"}
    assert json.loads(booted.central.call("Nonsense", {}))[2] == "Nonsense"


def test_remote_stop_is_for_the_running_transaction(booted):
    booted.start()
    booted.start(meter=7)
    assert json.loads(booted.central.call("RemoteStopTransaction"))[3] == {"transactionId": 2}


def test_a_scripted_answer_is_verbatim_and_counts(booted):
    booted.central.script.add("Authorize", Behaviour(payload={"idTagInfo": {"status": "Blocked"}}))
    assert booted.call("Authorize", idTag="A")[0][2] == {"idTagInfo": {"status": "Blocked"}}
    assert booted.call("Authorize", idTag="A")[0][2] == {"idTagInfo": {"status": "Accepted"}}


@pytest.mark.parametrize("payload", [7, None, [], {"no": "such"}, "text"])
def test_nonsense_is_sent_as_it_is(booted, payload):
    booted.central.script.add("Heartbeat", Behaviour(payload=payload))
    answer = booted.call("Heartbeat")[0][2]
    assert answer == payload or payload is None


def test_behaviours_of_an_action_queue_up_and_do_not_touch_other_actions(booted):
    booted.central.script.add("Authorize", Behaviour(error="InternalError"))
    booted.central.script.add("Authorize", Behaviour(silent=True), 2)
    assert booted.call("Heartbeat")[0][0] == 3
    assert booted.call("Authorize", idTag="A")[0][:3:2] == [4, "InternalError"]
    assert booted.call("Authorize", idTag="A") == []
    assert booted.call("Authorize", idTag="A") == []
    assert booted.call("Authorize", idTag="A")[0][0] == 3


def test_always_lasts_until_replaced_and_waits_for_the_counted_ones(booted):
    booted.central.script.add("Heartbeat", Behaviour(silent=True), None)
    booted.central.script.add("Heartbeat", Behaviour(payload={"a": 1}), 1)
    assert booted.call("Heartbeat")[0][2] == {"a": 1}
    assert booted.call("Heartbeat") == []
    booted.central.script.add("Heartbeat", Behaviour(payload={"b": 2}), None)
    assert booted.call("Heartbeat")[0][2] == {"b": 2}
    booted.central.script.clear()
    assert "currentTime" in booted.call("Heartbeat")[0][2]


def test_a_late_answer_is_due_when_its_time_has_come(booted):
    booted.central.script.add("Authorize", Behaviour(delay_s=2.5))
    assert booted.call("Authorize", idTag="A") == []
    assert booted.central.next_due == booted.now + 2.5
    booted.now += 2.4
    assert booted.late() == []
    booted.now += 0.1
    assert booted.late() == [[3, "id-2", {"idTagInfo": {"status": "Accepted"}}]]
    assert booted.central.next_due is None


def test_late_answers_come_in_the_order_of_their_times(booted):
    booted.central.script.add("Authorize", Behaviour(delay_s=5))
    booted.central.script.add("Heartbeat", Behaviour(delay_s=1))
    booted.call("Authorize", idTag="A")
    booted.call("Heartbeat")
    booted.now += 10
    assert [each[1] for each in booted.late()] == ["id-3", "id-2"]


def test_an_answer_can_come_twice(booted):
    booted.central.script.add("Heartbeat", Behaviour(copies=2))
    first, second = booted.call("Heartbeat")
    assert first == second


def test_any_matches_every_action_without_a_behaviour_of_its_own(booted):
    booted.central.script.add(ANY, Behaviour(silent=True), None)
    booted.central.script.add("Heartbeat", Behaviour(error="GenericError"))
    assert booted.call("Heartbeat")[0][2] == "GenericError"
    assert booted.call("Heartbeat") == []
    assert booted.call("Authorize", idTag="A") == []


def test_even_something_that_is_no_frame_can_be_the_answer(booted):
    booted.central.script.add("Heartbeat", Behaviour(raw="<html>"))
    assert booted.central.handle('[2,"h","Heartbeat",{}]', booted.now) == ["<html>"]


def test_a_call_that_only_central_systems_make_is_refused(booted):
    assert booted.call("Reset", type="Soft")[0][2] == "NotSupported"


START = (
    '[2,"s-1","StartTransaction",'
    '{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"2026-11-22T07:30:00Z"}]'
)


def test_a_message_sent_again_is_booked_once_and_gets_the_same_answer_also_after_a_restart(booted):
    booted.central.script.add(
        "StartTransaction", Behaviour(payload={"transactionId": 9, "idTagInfo": {"status": "Accepted"}})
    )
    first = booted.send(START)
    booted.boot()
    assert (
        booted.send(START) == first == [[3, "s-1", {"transactionId": 9, "idTagInfo": {"status": "Accepted"}}]]
    )
    assert list(booted.central.ledger.transactions) == [9]
    assert booted.reasons() == []


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(error="InternalError"),
        Behaviour(silent=True),
        Behaviour(raw="<html>"),
        Behaviour(payload={}),
        Behaviour(payload={"transactionId": True, "idTagInfo": {"status": "Accepted"}}),
        Behaviour(payload={"transactionId": 1 << 63, "idTagInfo": {"status": "Accepted"}}),
    ],
    ids=["error", "silence", "no frame", "no fields", "no number", "a number that is too large"],
)
def test_what_a_charger_cannot_use_is_not_the_answer_for_good(booted, behaviour):
    booted.central.script.add("StartTransaction", behaviour)
    booted.central.handle(START, booted.now)
    assert booted.send(START) == [[3, "s-1", {"transactionId": 1, "idTagInfo": {"status": "Accepted"}}]]
    assert list(booted.central.ledger.transactions) == [1]


def test_the_script_may_be_silent_about_a_message_sent_again(booted):
    first = booted.send(START)
    booted.central.script.add("StartTransaction", Behaviour(silent=True))
    assert booted.send(START) == []
    assert booted.send(START) == first


def test_a_transaction_id_that_is_spelt_as_a_whole_decimal_is_that_number(booted):
    booted.central.script.add(
        "StartTransaction", Behaviour(payload={"transactionId": 7.0, "idTagInfo": {"status": "Accepted"}})
    )
    booted.send(START)
    assert list(booted.central.ledger.transactions) == [7]
