# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a person types becomes a valid call, or an error that says what to type."""

import json

import pytest
from chargerctl.central.messages.calls import ACTIONS, action_named, completions, fields, payload_of
from chargerctl.central.messages.defaults import CALLS
from chargerctl.central.messages.schemas import CALL, check_payload
from chargerctl.errors import InputError
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z


def wrong(action, *words, **more):
    with pytest.raises(InputError) as caught:
        payload_of(action, words, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("action", "words", "payload"),
    [
        ("ClearCache", [], {}),
        ("UnlockConnector", [], {"connectorId": 1}),
        ("UnlockConnector", ["connectorId=2"], {"connectorId": 2}),
        ("Reset", [], {"type": "Soft"}),
        ("Reset", ["TYPE=hard"], {"type": "Hard"}),
        ("RemoteStartTransaction", ["idtag=A=B"], {"idTag": "A=B"}),
        ("RemoteStopTransaction", [], {"transactionId": 17}),
        ("RemoteStopTransaction", ["transactionId=-3"], {"transactionId": -3}),
        ("ChangeAvailability", ["type=inoperative"], {"connectorId": 1, "type": "Inoperative"}),
        ("ChangeConfiguration", ["key=A", "value="], {"key": "A", "value": ""}),
        ("GetConfiguration", ["key=A", "key=B"], {"key": ["A", "B"]}),
        ("GetConfiguration", ['key=["A", "B"]'], {"key": ["A", "B"]}),
        ("GetConfiguration", ["key.0=A", "key.1=B"], {"key": ["A", "B"]}),
        ("GetCompositeSchedule", [], {"connectorId": 1, "duration": 3600}),
        (
            "UpdateFirmware",
            ["location=ftp://a/b"],
            {"location": "ftp://a/b", "retrieveDate": "2026-11-22T07:30:00.000Z"},
        ),
        (
            "SendLocalList",
            ['{"listVersion": 3, "updateType": "Full"}'],
            {"listVersion": 3, "updateType": "Full"},
        ),
        ("Reset", ["{}"], {"type": "Soft"}),
        (
            "SendLocalList",
            [
                "listVersion=3",
                "updateType=full",
                "localAuthorizationList.0.idTag=A",
                "localAuthorizationList.0.idTagInfo.status=accepted",
                'localAuthorizationList={"idTag": "B"}',
            ],
            {
                "listVersion": 3,
                "updateType": "Full",
                "localAuthorizationList": [
                    {"idTag": "A", "idTagInfo": {"status": "Accepted"}},
                    {"idTag": "B"},
                ],
            },
        ),
        (
            "ExtendedTriggerMessage",
            ["requestedMessage=heartbeat"],
            {"requestedMessage": "Heartbeat"},
        ),
    ],
)
def test_words_become_a_payload(action, words, payload):
    assert payload_of(action, words, running=17, now=NOW) == payload


def test_a_charging_profile_can_be_typed():
    inner = "csChargingProfiles"
    schedule = f"{inner}.chargingSchedule"
    payload = payload_of(
        "SetChargingProfile",
        [
            f"{inner}.chargingProfileId=1",
            f"{inner}.stackLevel=0",
            f"{inner}.chargingProfilePurpose=txdefaultprofile",
            f"{inner}.chargingProfileKind=relative",
            f"{schedule}.chargingRateUnit=a",
            f"{schedule}.chargingSchedulePeriod.0.startPeriod=0",
            f"{schedule}.chargingSchedulePeriod.0.limit=16",
        ],
    )
    assert payload == CALLS["SetChargingProfile"]


def test_a_limit_has_one_decimal():
    words = [
        "csChargingProfiles.chargingSchedule.chargingSchedulePeriod=" + '{"startPeriod": 0, "limit": %s}'
    ]
    profile = CALLS["SetChargingProfile"]["csChargingProfiles"]
    good = [
        f"csChargingProfiles.{key}={value}" for key, value in profile.items() if key != "chargingSchedule"
    ]
    good += ["csChargingProfiles.chargingSchedule.chargingRateUnit=A"]
    assert payload_of("SetChargingProfile", [*good, words[0] % "21.4"])
    said = wrong("SetChargingProfile", *good, words[0] % "21.44")
    assert (
        "csChargingProfiles.chargingSchedule.chargingSchedulePeriod.0.limit: 21.44 is not a multiple of 0.1"
        in said
    )


@pytest.mark.parametrize(
    ("action", "words", "said"),
    [
        ("Reset", ["hard"], "Reset: 'hard' is neither KEY=VALUE nor one JSON object alone"),
        ("Reset", ["type=warm"], "Reset: type: 'warm' is not a value for it: choose one of Hard, Soft"),
        ("Reset", ["typ=Hard"], "Reset: typ: 'typ' is not a field here: did you mean type?"),
        ("Reset", ["type=Hard", "type=Soft"], "Reset: type is given twice"),
        ("ClearCache", ["a=1"], "ClearCache: a: 'a' is not a field here: there are none"),
        ("UnlockConnector", ["connectorId=one"], "UnlockConnector: connectorId: 'one' is not a number"),
        ("RemoteStartTransaction", [], "RemoteStartTransaction: idTag is missing: add idTag=TEXT"),
        (
            "RemoteStartTransaction",
            ["idTag=" + "A" * 21],
            'RemoteStartTransaction: idTag: "AAAAAAAAAAAAAAAAAAAAA" is longer than 20 characters',
        ),
        (
            "RemoteStopTransaction",
            [],
            "RemoteStopTransaction: no transaction is known to run there: add transactionId=NUMBER",
        ),
        (
            "ChangeAvailability",
            [],
            "ChangeAvailability: type is missing: add type=Inoperative|Operative",
        ),
        (
            "UpdateFirmware",
            ["location=x"],
            "UpdateFirmware: retrieveDate is missing: add retrieveDate=2026-12-31T",
        ),
        ("ReserveNow", ["expiryDate=now"], "ReserveNow: idTag is missing: add idTag=TEXT"),
        (
            "ReserveNow",
            ["expiryDate=now", "idTag=A", "reservationId=1"],
            'ReserveNow: expiryDate: "now" is not a "date-time"',
        ),
        ("Reset", ['{"type": "Hard"'], "Reset: not JSON: "),
        ("Reset", ['{"type": "Hard", "more": 1}'], "('more' was unexpected)"),
        ("GetConfiguration", ["key.1=A"], "GetConfiguration: key.1: '1' is not the number of an item"),
        ("GetConfiguration", ["key.x=A"], "GetConfiguration: key.x: 'x' is not the number of an item"),
        ("GetConfiguration", ["key.99999999999=A"], "is not the number of an item: they count from 0"),
        ("GetConfiguration", ["key.0.a=A"], "'a' is not a field here: there are none"),
        ("SetChargingProfile", ["csChargingProfiles=5", "csChargingProfiles.stackLevel=1"], "is no object"),
        ("ChangeConfiguration", ["key=a\0", "value=b"], "a character that cannot be sent"),
        ("ChangeConfiguration", ["key=a", "value=\udc80"], "a character that cannot be sent"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(action, words, said):
    assert said in wrong(action, *words)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_call_can_be_given_as_json(action):
    assert payload_of(action, [json.dumps(CALLS[action])]) == CALLS[action]
    assert {field.name for field in fields(action)} >= set(CALLS[action])


def test_required_fields_come_first():
    assert [(each.name, each.required) for each in fields("RemoteStartTransaction")] == [
        ("idTag", True),
        ("connectorId", False),
        ("chargingProfile", False),
    ]
    assert fields("Reset")[0].values == ("Hard", "Soft")


def test_actions_are_found_whatever_their_case():
    assert action_named("remotestarttransaction") == "RemoteStartTransaction"
    with pytest.raises(
        InputError, match=r"'RemoteStart' is not a call .*: did you mean RemoteStartTransaction"
    ):
        action_named("RemoteStart")
    with pytest.raises(InputError, match="'Heartbeat' is not a call"):
        action_named("Heartbeat")


@pytest.mark.parametrize(
    ("action", "word", "found"),
    [
        ("Reset", "", ["type="]),
        ("Reset", "type=", ["type=Hard", "type=Soft"]),
        ("Reset", "type=s", ["type=Soft"]),
        ("RemoteStartTransaction", "c", ["connectorId=", "chargingProfile."]),
        ("RemoteStartTransaction", "chargingProfile.st", ["chargingProfile.stackLevel="]),
        (
            "SendLocalList",
            "localAuthorizationList.0.idTagInfo.status=B",
            ["localAuthorizationList.0.idTagInfo.status=Blocked"],
        ),
        ("Reset", "nonsense.x", []),
        ("Reset", "nonsense=x", []),
    ],
)
def test_words_are_completed(action, word, found):
    assert completions(action, word) == found


_words = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.builds(
            "{}={}".format,
            st.sampled_from(
                [
                    "type",
                    "connectorId",
                    "key",
                    "key.0",
                    "idTag",
                    "csChargingProfiles",
                    "csChargingProfiles.stackLevel",
                ]
            ),
            st.text(max_size=12) | st.sampled_from(["1", "[1]", "{}", "Hard", "[[[", "NaN", "1e999"]),
        ),
    ),
    max_size=4,
)


@given(st.sampled_from(ACTIONS), _words)
def test_whatever_is_typed_gives_a_valid_payload_or_one_line(action, words):
    try:
        payload = payload_of(action, words, running=1, now=NOW)
    except InputError:
        return
    check_payload(CALL, action, payload)
