# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the central system finds wrong in what a charger sends, and in which words."""

import json

import pytest
from chargerctl.central.conversation.script import Behaviour
from chargerctl.central.messages.schemas import CALL, FrameError, check_payload, parse


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("", "not JSON"),
        ("[", "not JSON"),
        ("{}", "not a list"),
        ("[]", "not a list"),
        ('[5,"1","Heartbeat",{}]', "5 is not a message type"),
        ('[true,"1","Heartbeat",{}]', "True is not a message type"),
        ('[2,"1","Heartbeat"]', "a message of type 2 is [2, str, str, dict]"),
        ('[2,1,"Heartbeat",{}]', "a message of type 2 is [2, str, str, dict]"),
        ('[2,"1","Heartbeat",[]]', "a message of type 2 is [2, str, str, dict]"),
        ('[3,"1"]', "a message of type 3 is [3, str, dict]"),
        ('[4,"1","GenericError","",{},0]', "a message of type 4 is [4, str, str, str, dict]"),
        ('[4,"1","MyOwnError","",{}]', "'MyOwnError' is not an error code"),
        ('[2,"' + "x" * 37 + '","Heartbeat",{}]', "message id has 37 characters, 1 to 36 allowed"),
        ('[2,"","Heartbeat",{}]', "message id has 0 characters, 1 to 36 allowed"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_frame_of_the_wrong_shape_is_reported_and_not_answered(booted, frame, reason):
    assert booted.send(frame) == []
    assert reason in booted.reasons()[-1]
    assert booted.central.violations[-1].frame == frame[:4096]


def test_bytes_that_are_no_text_are_reported(booted):
    assert booted.central.handle(b"\xff\xfe", booted.now) == []
    assert "not JSON" in booted.reasons()[0]


@pytest.mark.parametrize(
    ("action", "payload", "reason", "code"),
    [
        ("Authorize", {}, '"idTag" is a required property', "ProtocolError"),
        ("Authorize", {"idTag": 7}, 'idTag: 7 is not of type "string"', "TypeConstraintViolation"),
        ("Authorize", {"idTag": "x" * 21}, "is longer than 20 characters", "PropertyConstraintViolation"),
        ("Authorize", {"idTag": "A", "extra": 1}, "'extra' was unexpected", "FormationViolation"),
        (
            "StatusNotification",
            {"connectorId": 1, "errorCode": "NoError", "status": "Authorizing"},
            'status: "Authorizing" is not one of Available, Preparing, ',
            "PropertyConstraintViolation",
        ),
        ("MeterValues", {"connectorId": 1, "meterValue": []}, "meterValue", "OccurenceConstraintViolation"),
        ("Conquer", {}, "'Conquer' is not an action of OCPP 1.6", "NotImplemented"),
        ("../../secrets", {}, "is not an action", "NotImplemented"),
    ],
)
def test_a_wrong_payload_is_reported_and_answered_with_the_fitting_error(
    booted, action, payload, reason, code
):
    [[kind, call_id, error, text, details]] = booted.call(action, **payload)
    assert (kind, call_id, error, details) == (4, "id-2", code, {})
    assert reason in text
    assert reason in booted.reasons()[0]


@pytest.mark.parametrize(
    ("time", "good"),
    [
        ("2026-11-22T07:30:00Z", True),
        ("2026-11-22T07:30:00.123Z", True),
        ("2026-11-22T08:30:00+01:00", True),
        ("2026-11-22T07:30:00", False),
        ("2026-13-01T00:00:00Z", False),
        ("not a date", False),
    ],
)
def test_timestamps_have_to_be_timestamps(booted, time, good):
    booted.start(time=time)
    assert (booted.reasons() == []) == good


def test_decimals_are_checked_as_decimals():
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 21.4}],
        },
    }
    frame = json.dumps([2, "1", "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile}])
    check_payload(CALL, "SetChargingProfile", parse(frame)[3])
    with pytest.raises(FrameError, match="not a multiple of"):
        check_payload(CALL, "SetChargingProfile", parse(frame.replace("21.4", "21.44"))[3])


def test_nothing_is_allowed_before_boot_is_accepted(charger):
    charger.call("Heartbeat")
    assert charger.reasons() == ["Heartbeat before BootNotification was accepted"]


def test_nor_after_boot_was_rejected_unless_triggered(charger):
    charger.central.script.add(
        "BootNotification",
        Behaviour(payload={"status": "Pending", "interval": 10, "currentTime": "2026-11-22T07:30:00Z"}),
    )
    charger.boot()
    charger.call("Heartbeat")
    assert len(charger.reasons()) == 1
    charger.central.call("TriggerMessage", {"requestedMessage": "Heartbeat"})
    charger.call("Heartbeat")
    assert len(charger.reasons()) == 1
    charger.call("StatusNotification", connectorId=1, errorCode="NoError", status="Available")
    assert len(charger.reasons()) == 2


def test_a_message_id_is_used_for_one_message(booted):
    first = booted.send('[2,"same","Heartbeat",{}]')
    assert booted.send('[2,"same","Heartbeat",{}]') == first
    assert booted.reasons() == []
    booted.send('[2,"same","Authorize",{"idTag":"A"}]')
    assert booted.reasons() == ["message id 'same' is used for two different calls"]


def test_answers_are_checked_against_the_action_they_answer(booted):
    reset = json.loads(booted.central.call("Reset"))[1]
    booted.send([3, reset, {"status": "Accepted"}])
    assert booted.reasons() == []
    booted.send([3, reset, {"status": "Perhaps"}])
    assert 'status: "Perhaps" is not one of Accepted, Rejected' in booted.reasons()[0]


def test_an_answer_to_nothing_is_reported(booted):
    booted.send([3, "not-a-call", {}])
    assert booted.reasons() == ["answer to 'not-a-call', which is not the id of a call"]


def test_an_error_for_an_unreadable_call_needs_no_known_id(booted):
    booted.send([4, "-1", "FormationViolation", "", {}])
    assert booted.reasons() == []


def test_calls_that_were_sent_raw_are_recognised_in_their_answers(booted):
    booted.central.sent('[2,"raw-1","Reset",{"type":"Soft"}]')
    booted.send([3, "raw-1", {"status": "Accepted"}])
    assert booted.reasons() == []


def test_whoever_wants_to_know_hears_of_a_violation_at_once():
    from chargerctl.central.conversation.conversation import Conversation

    heard = []
    Conversation(on_violation=heard.append).handle("nonsense", 0)
    assert [each.frame for each in heard] == ["nonsense"]
