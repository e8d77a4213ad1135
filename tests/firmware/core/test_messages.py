# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Frames, ids and answers: what is a repetition, what counts as an answer, what is sent again and when."""

import json
from types import SimpleNamespace

import pytest
from charger.ocpp import calls
from charger.ocpp.calls import Calls
from charger.ticks import Uptime

REMOTE_START = {"connectorId": 1, "idTag": "app-1"}


def starts(rig):
    return len(rig.calls("StartTransaction"))


def last_id(rig, action):
    return next(f[1] for f in reversed(rig.link.sent) if f[0] == 2 and f[2] == action)


def silence(rig, *actions):
    rig.answers.update(dict.fromkeys(actions))


def logged(rig, text):
    return [line for line in rig.log_lines if text in line]


def reconnect(rig, away_ms=1000):
    rig.link.connected = False
    rig.run(away_ms)
    rig.link.connected = True


# Calls of the central system.


@pytest.mark.requirement(
    "behaviour 16", "RemoteStopTransaction is Accepted for the running transactionId and no other"
)
@pytest.mark.requirement("SPEC 5.12", "A remote stop of another transactionId is Rejected")
def test_the_same_id_with_another_action_or_payload_is_a_new_call(rig):
    rig.charge()
    assert rig.call("RemoteStopTransaction", {"transactionId": 4711}, "1")[2] == {"status": "Rejected"}
    assert rig.call("RemoteStopTransaction", {"transactionId": 7}, "1")[2] == {"status": "Accepted"}
    assert rig.call("Reset", {"type": "Hard"}, "1")[2] == {"status": "Accepted"}
    rig.wait(5)
    assert rig.calls("StopTransaction")[0]["reason"] == "Remote"
    assert rig.reboots


@pytest.mark.parametrize(
    "again",
    [
        '[2,"r","RemoteStartTransaction",{"connectorId":1,"idTag":"app-1"}]',
        '[2,"r","RemoteStartTransaction",{"idTag":"app-1","connectorId":1}]',
        ' [ 2 , "r" , "RemoteStartTransaction" , { "idTag" : "app-1" , "connectorId" : 1 } ] ',
    ],
)
def test_spaces_and_the_order_of_keys_make_no_new_call(rig, again):
    rig.wait(11)
    first = rig.call("RemoteStartTransaction", REMOTE_START, "r")
    rig.link.deliver(again)
    rig.run(100)
    assert rig.results() == [first, first]


def test_a_call_is_remembered_over_many_others_and_for_minutes(rig):
    rig.wait(11)
    rig.plug()
    first = rig.call("RemoteStartTransaction", REMOTE_START, "r")
    rig.run(1000)
    for number in range(20):
        rig.call("DataTransfer", {"vendorId": "x"}, f"d{number}")
    for number in range(5):
        rig.call("RemoteStopTransaction", {"transactionId": number + 100}, f"s{number}")
    rig.wait(300)
    rig.call("RemoteStopTransaction", {"transactionId": 7}, "stop")
    rig.unplug()
    rig.plug()
    assert rig.call("RemoteStartTransaction", REMOTE_START, "r") == first
    rig.run(1000)
    assert starts(rig) == 1
    rig.wait(600)
    rig.call("RemoteStartTransaction", REMOTE_START, "r")
    rig.run(1000)
    assert starts(rig) == 2, "after ten minutes it is a new call"


def test_what_is_remembered_has_a_limit():
    calls = Calls(Uptime(0), lambda tag, text: None)
    calls.actions["Reset"] = lambda payload: {"status": "Accepted"}
    for number in range(200):
        calls.answer([2, f"r{number}", "Reset", {"type": "Soft", "x": "y" * 1500}])
    assert 5 < len(calls.remembered) < 20
    assert len(repr(calls.remembered)) < 3000


def test_a_long_call_is_repeated_too(rig):
    rig.wait(11)
    payload = {**REMOTE_START, "chargingProfile": {"chargingProfileId": 1, "note": "x" * 500}}
    first = rig.call("RemoteStartTransaction", payload, "r")
    assert rig.call("RemoteStartTransaction", payload, "r") == first == [3, "r", {"status": "Accepted"}]


def test_a_long_call_of_the_same_length_is_a_new_one_and_one_with_other_spaces_is_not(rig):
    rig.charge()
    long = '[2,"s","RemoteStopTransaction",{"transactionId":%d,%s"note":"' + "x" * 150 + '"}]'
    for text in (long % (6, ""), long % (6, "    "), long % (7, "")):
        rig.link.deliver(text)
        rig.run(100)
    assert [answer[2]["status"] for answer in rig.results()] == ["Rejected", "Rejected", "Accepted"]
    assert len(logged(rig, "repeated")) == 1


@pytest.mark.parametrize("first", ["true", "1.0", '"7"'])
def test_values_of_another_type_make_another_call(rig, first):
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Accepted"}, "transactionId": 1}
    rig.charge()
    for spelt in (first, "1"):
        rig.link.deliver(f'[2,"s","RemoteStopTransaction",{{"transactionId":{spelt}}}]')
        rig.run(100)
    assert [answer[0] for answer in rig.results()] == [4, 3]
    assert not rig.relay.closed


def test_calls_that_were_refused_leave_the_place_of_one_that_was_accepted(rig):
    rig.wait(11)
    first = rig.call("RemoteStartTransaction", REMOTE_START, "r")
    for number in range(20):
        rig.call("UnlockConnector", {"connectorId": 9}, f"c{number}")
        rig.call("Reset", {"type": "Lukewarm"}, f"x{number}")
    assert rig.call("RemoteStartTransaction", REMOTE_START, "r") == first
    assert logged(rig, "call r repeated")


def test_ids_start_anew_with_a_connection(rig):
    rig.charge()
    rig.call("RemoteStopTransaction", {"transactionId": 7}, "1")
    rig.run(1000)
    rig.unplug()
    rig.wait(10)
    reconnect(rig)
    rig.run(1000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert rig.relay.closed
    assert rig.call("RemoteStopTransaction", {"transactionId": 7}, "1")[2] == {"status": "Accepted"}
    assert not rig.relay.closed


def test_a_call_that_came_while_the_connection_was_made_is_remembered(rig):
    rig.wait(11)
    rig.link.connected = False
    rig.wait(1)
    rig.link.deliver([2, "r", "RemoteStartTransaction", REMOTE_START])
    rig.run(50)
    rig.link.connected = True
    rig.wait(2)
    assert rig.call("RemoteStartTransaction", REMOTE_START, "r") == [3, "r", {"status": "Rejected"}]
    assert logged(rig, "call r repeated")


@pytest.mark.requirement("J 4.1.4", "An id has at most 36 characters; a longer one gets an error")
@pytest.mark.parametrize("length", [37, 64, 128])
def test_an_id_over_36_characters_gets_an_error_with_that_id(rig, length):
    rig.charge()
    unique_id = "x" * length
    answer = rig.call("Reset", {"type": "Hard"}, unique_id)
    assert answer[:3] == [4, unique_id, "FormationViolation"]
    assert answer[4] == {}
    rig.wait(5)
    assert not rig.reboots


@pytest.mark.parametrize(
    "unique_id", ["", "x" * 129, "x" * 1900, "\n", "a\x00b", "\u00e9", 1, None, True, [], {}]
)
def test_a_call_without_a_usable_id_is_a_line_in_the_log(rig, unique_id):
    rig.charge()
    rig.link.deliver([2, unique_id, "Reset", {"type": "Hard"}])
    rig.wait(5)
    assert rig.results() == []
    assert not rig.reboots
    assert logged(rig, "ignored a frame without a valid id")


@pytest.mark.requirement("J 4.1.4", "An answer has the id of its call")
@pytest.mark.parametrize("unique_id", ["x", "x" * 36, 'quo"te', "back\\slash", "'", "{}", "-1"])
def test_any_other_id_is_answered_with_that_id(rig, unique_id):
    rig.run(2000)
    assert rig.call("Reset", {"type": "Soft"}, unique_id) == [3, unique_id, {"status": "Accepted"}]


@pytest.mark.requirement("J 4.2.1", "A malformed call is refused")
@pytest.mark.parametrize(
    "frame",
    [
        [2, "m", "Reset"],
        [2, "m", "Reset", []],
        [2, "m", "Reset", [{"type": "Hard"}]],
        [2, "m", "Reset", "Hard"],
        [2, "m", "Reset", 0],
        [2, "m", "Reset", False],
        [2, "m", "Reset", {"type": "Hard"}, {}],
        [2, "m", "Reset", {"type": "Hard"}, None],
        [2, "m", None, {}],
        [2, "m", ["Reset"], {"type": "Hard"}],
        [2, "m", {"Reset": 1}, {"type": "Hard"}],
    ],
)
def test_a_malformed_call_is_refused_and_not_carried_out(rig, frame):
    rig.run(2000)
    for _ in range(2):
        rig.link.deliver(frame)
        rig.run(100)
    assert [answer[:3] for answer in rig.results()] == [[4, "m", "FormationViolation"]] * 2
    rig.wait(5)
    assert not rig.reboots


@pytest.mark.requirement("J 4.2.1", "A malformed call is refused")
def test_a_call_that_is_nested_deeper_than_the_c_stack_is_refused(rig, monkeypatch):
    """A board reads it, but cannot write it: json.dumps raises a RuntimeError there."""

    def dumps(value, **options):
        text = json.dumps(value, **options)
        if text.count("[") > 800:
            raise RuntimeError("maximum recursion depth exceeded")
        return text

    monkeypatch.setattr(calls, "json", SimpleNamespace(dumps=dumps))
    rig.run(2000)
    rig.link.deliver('[2,"m","Reset",{"type":"Hard","x":' + "[" * 900 + "]" * 900 + "}]")
    rig.run(100)
    assert [answer[:3] for answer in rig.results()] == [[4, "m", "FormationViolation"]]
    rig.wait(5)
    assert not rig.reboots


@pytest.mark.requirement("J 4.2.1", "null is a payload without fields")
def test_null_is_a_payload_without_fields(rig):
    rig.run(2000)
    assert rig.call("ClearCache", None) == [3, "c1", {"status": "Accepted"}]
    assert rig.call("Reset", None, "c2")[:3] == [4, "c2", "ProtocolError"]


@pytest.mark.requirement("behaviour 2", "While Rejected no call is answered")
@pytest.mark.requirement("SPEC 4.2", "Rejected: no call is answered")
@pytest.mark.parametrize(
    "frame",
    [
        [2, "m", "Reset", {"type": "Soft"}],
        [2, "m", "Reset"],
        [2, "m", 5, {}],
        [2, "m", "NoSuchAction", {}],
        [2, "x" * 40, "Reset", {"type": "Soft"}],
    ],
)
def test_while_rejected_no_call_is_answered(rig, frame):
    rig.answers["BootNotification"] = {**rig.answers["BootNotification"], "status": "Rejected"}
    rig.run(2000)
    rig.link.deliver(frame)
    rig.wait(60)
    assert rig.results() == []
    assert not rig.reboots


@pytest.mark.requirement("behaviour 2", "Until Accepted there is no remote start or stop")
@pytest.mark.requirement("behaviour 1", "Until Accepted nothing else is sent")
@pytest.mark.requirement("SPEC 4.2", "Pending: no remote start or remote stop, and nothing else is sent")
@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_until_accepted_nothing_starts_and_nothing_else_is_sent(rig, status):
    rig.answers["BootNotification"] = {**rig.answers["BootNotification"], "status": status}
    rig.run(2000)
    rig.plug()
    rig.link.deliver([2, "r", "RemoteStartTransaction", REMOTE_START])
    rig.link.deliver([2, "m", "RemoteStartTransaction"])
    rig.wait(60)
    assert {action for action, _ in rig.calls()} == {"BootNotification"}
    assert not rig.relay.closed
    assert len(rig.results()) == (2 if status == "Pending" else 0)


def test_a_flood_of_calls_is_answered_once_each(rig):
    rig.charge()
    for number in range(200):
        rig.link.deliver([2, f"f{number}", "DataTransfer", {"vendorId": "x"}])
    rig.run(2000)
    assert [answer[1] for answer in rig.results()] == [f"f{number}" for number in range(200)]


# Answers to our calls.


@pytest.mark.requirement("J 4.2.2", "null is an answer without fields")
@pytest.mark.parametrize("payload", [None, {}])
def test_null_is_an_answer_without_fields(rig, payload):
    rig.charge()
    rig.answers["StopTransaction"] = None
    rig.swipe()
    rig.run(100)
    rig.link.deliver([3, last_id(rig, "StopTransaction"), payload])
    rig.wait(300)
    assert len(rig.calls("StopTransaction")) == 1


@pytest.mark.parametrize("payload", ["[]", "[{}]", '""', '"Accepted"', "0", "1.5", "true"])
def test_an_answer_that_is_no_object_is_a_failure_to_process(rig, payload):
    rig.charge()
    rig.answers["StopTransaction"] = None
    rig.swipe()
    rig.run(100)
    rig.link.deliver(f'[3,"{last_id(rig, "StopTransaction")}",{payload}]')
    rig.wait(59)
    assert len(rig.calls("StopTransaction")) == 1
    rig.run(3000)
    assert len(rig.calls("StopTransaction")) == 2


@pytest.mark.requirement("J 4.2.2", "A whole number may be spelt 17.0")
@pytest.mark.requirement("ERR 3.54", "Zero and negative ids are ids")
@pytest.mark.requirement("behaviour 9", "Zero and negative ids of the central system are valid")
@pytest.mark.parametrize(
    ("spelt", "number"),
    [
        ("17", 17),
        ("17.0", 17),
        ("1e3", 1000),
        ("-5.0", -5),
        ("0", 0),
        ("0.0", 0),
        ("-1", -1),
        ("4294967296", 1 << 32),
        ("1099511627776", 1 << 40),
    ],
)
def test_a_whole_number_is_a_transaction_id_however_it_is_spelt(rig, spelt, number):
    rig.answers["StartTransaction"] = None
    rig.charge()
    rig.link.deliver(
        f'[3,"{last_id(rig, "StartTransaction")}",{{"transactionId":{spelt},"idTagInfo":{{"status":"Accepted"}}}}]'
    )
    rig.run(500)
    rig.swipe()
    rig.run(500)
    (stop,) = rig.calls("StopTransaction")
    assert json.dumps(stop["transactionId"]) == str(number)


@pytest.mark.parametrize(
    "spelt",
    [
        "true",
        "false",
        '"17"',
        "null",
        "[17]",
        "{}",
        "17.5",
        "1e30",
        "NaN",
        "Infinity",
        "-Infinity",
        "9" * 500,
    ],
)
def test_anything_else_is_no_transaction_id_and_the_first_such_answer_is_in_the_log(rig, spelt):
    rig.answers["StartTransaction"] = None
    rig.charge()
    rig.link.deliver(
        f'[3,"{last_id(rig, "StartTransaction")}",{{"transactionId":{spelt},"idTagInfo":{{"status":"Accepted"}}}}]'
    )
    rig.run(500)
    assert logged(rig, "StartTransaction got an answer without a usable transactionId")
    rig.wait(61)
    assert starts(rig) == 2
    assert rig.relay.closed


@pytest.mark.parametrize(
    "info", [None, [], "Accepted", 5, {"status": None}, {"status": 1}, {"status": ["Accepted"]}]
)
def test_without_a_status_a_start_is_not_accepted(rig, info):
    rig.answers["StartTransaction"] = {"transactionId": 9, "idTagInfo": info}
    rig.charge()
    rig.run(500)
    assert logged(rig, "StartTransaction got an answer without a usable idTagInfo")
    assert rig.relay.closed, "the card was authorised"


@pytest.mark.requirement("SPEC 4.2", "Accepted: the interval is the heartbeat's")
@pytest.mark.parametrize(
    ("interval", "seconds"),
    [
        ("17", 17),
        ("17.0", 17),
        ("3e1", 30),
        # The setting's.
        *((spelt, 60) for spelt in ("0", "-1", "true", "0.5", '"17"', "null", "[17]", "1e30", "NaN")),
    ],
)
def test_the_heartbeat_interval_is_a_whole_number_above_zero(make_rig, interval, seconds):
    rig = make_rig(OCPP_HEARTBEAT_INTERVAL="60")
    rig.answers["BootNotification"] = None
    rig.run(1000)
    rig.link.deliver(
        f'[3,"{last_id(rig, "BootNotification")}",{{"status":"Accepted","currentTime":"2026-11-22T07:30:00Z",'
        f'"interval":{interval}}}]'
    )
    rig.wait(seconds - 2)
    assert not rig.calls("Heartbeat")
    rig.wait(5)
    assert len(rig.calls("Heartbeat")) == 1


@pytest.mark.requirement("SPEC 4.2", "Without a usable answer the next one waits an interval of its own")
@pytest.mark.parametrize("status", [1, None, True, [], ["Accepted"], {}, "accepted", "Maybe", ""])
def test_a_boot_answer_without_a_known_status_is_asked_again_after_a_minute(rig, status):
    rig.answers["BootNotification"] = {**rig.answers["BootNotification"], "status": status}
    rig.wait(59)
    assert len(rig.calls("BootNotification")) == 1
    rig.run(3000)
    assert len(rig.calls("BootNotification")) == 2


CODES = [
    "LinkLost",
    "Timeout",
    "timeout",
    "1",
    "",
    "NotImplemented",
    "x" * 500,
    "\n\x1b[2J",
    None,
    1,
    2,
    [],
    {"a": 1},
]
ACTIONS = [
    "BootNotification",
    "StatusNotification",
    "Heartbeat",
    "Authorize",
    "StartTransaction",
    "StopTransaction",
]


@pytest.mark.requirement("behaviour 31", "No retry depends on the code of a CALLERROR")
@pytest.mark.parametrize("action", ACTIONS)
def test_no_code_of_an_error_makes_a_flood(make_rig, action):
    for code in CODES:
        rig = make_rig()
        rig.answers["BootNotification"]["interval"] = 10
        if action != "BootNotification":
            rig.wait(11)
        rig.answers[action] = None
        rig.plug()
        rig.swipe()
        rig.run(400)
        rig.swipe()
        for _ in range(20):
            rig.wait(1)
            # As an eager central system: each call is refused at once.
            if rig.calls(action):
                rig.link.deliver([4, last_id(rig, action), code, "no", {}])
        assert 1 <= len(rig.calls(action)) <= 6, code


def test_an_error_frame_of_any_length_ends_the_call(rig):
    rig.charge()
    rig.answers["StopTransaction"] = None
    rig.swipe()
    rig.run(100)
    rig.link.deliver([4, last_id(rig, "StopTransaction"), "InternalError"])
    rig.run(100)
    rig.unplug()
    assert rig.statuses()[-1] == "Available", "the next call was not held up"


@pytest.mark.parametrize("late_s", [31, 35, 60, 85])
def test_a_late_answer_to_a_start_counts_and_there_is_no_second_transaction(rig, late_s):
    rig.answers["StartTransaction"] = None
    rig.charge()
    unique_id = last_id(rig, "StartTransaction")
    rig.wait(late_s - 1)
    rig.link.deliver([3, unique_id, {"transactionId": 9, "idTagInfo": {"status": "Accepted"}}])
    rig.wait(300)
    assert starts(rig) == 1
    rig.swipe()
    rig.run(500)
    assert rig.calls("StopTransaction")[0]["transactionId"] == 9


def test_a_late_refusal_of_a_start_opens_the_relay(rig):
    rig.answers["StartTransaction"] = None
    rig.charge()
    unique_id = last_id(rig, "StartTransaction")
    rig.wait(40)
    rig.link.deliver([3, unique_id, {"transactionId": 9, "idTagInfo": {"status": "Blocked"}}])
    rig.run(200)
    assert not rig.relay.closed


def test_the_first_answer_counts_whichever_transmission_it_is_for(rig):
    rig.answers["StartTransaction"] = None
    rig.charge()
    rig.wait(95)
    assert starts(rig) == 2
    for number in (1, 2):
        rig.link.deliver(
            [
                3,
                last_id(rig, "StartTransaction"),
                {"transactionId": number, "idTagInfo": {"status": "Accepted"}},
            ]
        )
    rig.run(500)
    rig.swipe()
    rig.run(500)
    assert rig.calls("StopTransaction")[0]["transactionId"] == 1


def test_a_late_answer_to_meter_values_that_gave_way_settles_nothing_else(rig):
    rig.answers["MeterValues"] = rig.answers["StopTransaction"] = None
    rig.charge()
    rig.wait(300)
    unique_id = last_id(rig, "MeterValues")
    rig.swipe()
    while not rig.calls("StopTransaction"):
        unique_id = last_id(rig, "MeterValues")
        rig.run(1000)
    rig.link.deliver([3, unique_id, {}])
    rig.wait(100)
    assert len(rig.calls("StopTransaction")) == 2


def test_a_late_authorisation_starts_nothing(rig):
    rig.answers["Authorize"] = None
    rig.wait(11)
    rig.plug()
    rig.swipe()
    rig.run(10_500)
    assert rig.screen.notices == ["No Answer"]
    rig.link.deliver([3, last_id(rig, "Authorize"), {"idTagInfo": {"status": "Accepted"}}])
    rig.run(1000)
    assert not rig.relay.closed


@pytest.mark.requirement("J 4.2.2", "An answer to no call of ours changes nothing")
def test_an_answer_to_no_call_changes_nothing(rig):
    rig.charge()
    for unique_id in ("1", "00112233aabbccdd-99", "x" * 128, last_id(rig, "Authorize")):
        rig.link.deliver([3, unique_id, {"idTagInfo": {"status": "Blocked"}, "transactionId": 5}])
        rig.link.deliver([4, unique_id, "InternalError", "", {}])
    rig.run(1000)
    assert rig.relay.closed


# What nobody answers.


@pytest.mark.requirement("SPEC 3.7", "Meter values give way to silence")
def test_meter_values_give_way_after_three_time_outs_and_the_stop_is_delivered(make_rig):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.answers["MeterValues"] = None
    rig.charge()
    rig.wait(25)
    rig.swipe()
    rig.wait(250)
    assert not rig.calls("StopTransaction")
    rig.wait(10)
    assert len(rig.calls("MeterValues")) == 3
    assert len(rig.calls("StopTransaction")) == 1
    assert logged(rig, "meter values give way: 2 discarded")


def test_each_time_that_meter_values_find_no_place_is_a_line(make_rig):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.charge()
    for times in range(1, 3):
        rig.link.connected = False
        rig.wait(220)
        assert len(logged(rig, "too many undelivered meter values")) == times
        rig.link.connected = True
        rig.wait(15)


@pytest.mark.requirement("SPEC 3.7", "Meter values give way where they are not supported")
@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
def test_meter_values_that_are_not_supported_give_way_at_once(make_rig, code):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.answers["MeterValues"] = None
    rig.charge()
    rig.wait(35)
    rig.swipe()
    rig.run(100)
    rig.link.deliver([4, last_id(rig, "MeterValues"), code, "", {}])
    rig.run(200)
    assert len(rig.calls("MeterValues")) == 1
    assert len(rig.calls("StopTransaction")) == 1


def test_meter_values_of_another_transaction_do_not_give_way(make_rig):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10", OCPP_OFFLINE_AUTHORIZATION="true")
    rig.charge()
    rig.link.connected = False
    for _ in range(2):
        rig.wait(25)
        rig.swipe()
        rig.run(100)
        rig.unplug()
        rig.wait(10)
        rig.plug()
        rig.swipe()
        rig.run(1000)
    rig.link.connected = True
    rig.answers["MeterValues"] = lambda payload: None if payload["transactionId"] == 7 else {}
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Accepted"}, "transactionId": 8}
    rig.wait(400)
    assert [p["transactionId"] for p in rig.calls("StopTransaction")] == [7, 8]
    assert [p["transactionId"] for p in rig.calls("MeterValues")].count(8) >= 2


@pytest.mark.requirement("SPEC 3.7.1", "No pause is longer than five minutes")
@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction"])
def test_starts_and_stops_never_give_way_to_silence_and_wait_five_minutes_at_most(rig, action):
    rig.answers[action] = None
    rig.charge()
    rig.swipe()
    rig.wait(1100)
    sent = len(rig.calls(action))
    assert sent >= 5
    rig.wait(331)
    assert len(rig.calls(action)) == sent + 1


@pytest.mark.requirement("JERR 3.2", "Silence is no failure to process")
@pytest.mark.requirement("behaviour 8", "Silence does not count as a failure")
def test_time_outs_are_no_failures_to_process(rig):
    rig.answers["StopTransaction"] = None
    rig.charge()
    rig.swipe()
    for _ in range(2):
        rig.run(100)
        while rig.link.sent[-1][2] != "StopTransaction":
            rig.run(100)
        rig.link.deliver([4, last_id(rig, "StopTransaction"), "InternalError", "", {}])
        rig.wait(200)
    rig.wait(1000)
    assert len(rig.calls("StopTransaction")) > 4
    rig.answers["StopTransaction"] = {}
    rig.wait(340)
    delivered = len(rig.calls("StopTransaction"))
    rig.wait(400)
    assert len(rig.calls("StopTransaction")) == delivered


@pytest.mark.parametrize(
    "action", ["StartTransaction", "StopTransaction", "MeterValues", "StatusNotification"]
)
def test_what_waits_to_be_sent_again_is_sent_as_soon_as_the_link_is_back(rig, action):
    rig.wait(11)
    rig.answers[action] = None
    rig.plug()
    rig.swipe()
    rig.wait(61)
    rig.swipe()
    while rig.link.sent[-1][2] != action:
        rig.run(1000)
    rig.wait(31)
    before = len(rig.calls(action))
    reconnect(rig)
    rig.run(100)
    assert len(rig.calls(action)) == before + 1


def test_the_first_registration_is_tried_again_as_soon_as_the_link_is_back(rig):
    rig.answers["BootNotification"] = None
    rig.wait(35)
    assert len(rig.calls("BootNotification")) == 1
    reconnect(rig)
    rig.run(100)
    assert len(rig.calls("BootNotification")) == 2


def test_a_message_lost_behind_a_restarted_broker_is_sent_again_within_seconds(rig):
    rig.charge()
    rig.link.connected = False
    rig.swipe()
    rig.run(1000)
    rig.link.connected = True
    # The charger is back before the central system.
    answers, rig.answers = rig.answers, dict.fromkeys(rig.answers)
    rig.wait(5)
    rig.answers = answers
    rig.wait(12)
    assert len(rig.calls("StopTransaction")) == 1
    assert rig.calls("StatusNotification")[-1]["status"] == "Finishing"


def test_that_ends_after_two_calls_for_a_central_system_that_stays_away(rig):
    rig.charge()
    rig.answers = dict.fromkeys(rig.answers)
    rig.link.connected = False
    rig.swipe()
    rig.run(1000)
    rig.link.connected = True
    sent = len(rig.calls())
    rig.wait(600)
    assert len(rig.calls()) - sent <= 25


def test_a_reset_does_not_wait_for_what_has_to_wait_itself(rig):
    rig.answers["StartTransaction"] = None
    rig.charge()
    rig.wait(40)
    rig.call("Reset", {"type": "Soft"})
    rig.run(1000)
    assert rig.reboots
    assert starts(rig) == 1
    assert len(rig.journal) == 2, "start and stop are sent after the restart"


@pytest.mark.requirement(
    "ERR 3.36", "a stop that gets no answer before a Soft reset stays queued over the restart"
)
@pytest.mark.requirement(
    "behaviour 23", "a Soft reset stops, sends the stop and restarts; unanswered it stays queued"
)
def test_a_soft_reset_sends_the_stop_once_and_keeps_it_when_nobody_answers(rig):
    rig.answers["StopTransaction"] = None
    rig.charge()
    rig.call("Reset", {"type": "Soft"})
    rig.wait(29)
    assert not rig.reboots
    rig.run(3000)
    assert rig.reboots
    assert [stop["reason"] for stop in rig.calls("StopTransaction")] == ["SoftReset"]
    assert len(rig.journal) == 1


@pytest.mark.parametrize("outstanding", ["MeterValues", "StatusNotification", "Heartbeat"])
def test_at_a_reset_the_stop_waits_for_the_answer_to_another_call_or_is_kept(make_rig, outstanding):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10" if outstanding == "MeterValues" else "0")
    rig.answers["BootNotification"]["interval"] = 10
    rig.charge()
    silence(rig, outstanding)
    if outstanding == "StatusNotification":
        rig.card_reader.lost = True
        rig.run(100)
        rig.card_reader.lost = False
        assert rig.calls("StopTransaction") == []
    while rig.link.sent[-1][2] != outstanding:
        rig.run(100)
    rig.call("Reset", {"type": "Soft"})
    rig.wait(46)
    assert rig.reboots
    # Behind meter values only: that is their order.
    kept = 2 if outstanding == "MeterValues" else 0
    assert len(rig.journal) == kept
    assert len(rig.calls("StopTransaction")) == (not kept)


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
def test_meter_values_that_wait_are_kept_over_a_reset(make_rig, kind):
    rig = make_rig(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    silence(rig, "StartTransaction")
    rig.charge()
    rig.wait(26)
    rig.call("Reset", {"type": kind})
    rig.wait(46)
    assert rig.reboots
    assert len(rig.journal) == 4, "start, two samples and the stop"


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
def test_a_reset_does_not_wait_for_a_central_system_that_fails_to_process_the_stop(rig, kind):
    silence(rig, "StopTransaction")
    rig.charge()
    rig.call("Reset", {"type": kind})
    rig.run(100)
    rig.link.deliver([4, last_id(rig, "StopTransaction"), "InternalError", "", {}])
    rig.run(1000)
    assert rig.reboots
    assert len(rig.journal) == 1


def test_a_reset_while_the_link_is_down_keeps_the_stop_and_does_not_wait_for_the_link(rig):
    rig.charge()
    rig.call("Reset", {"type": "Soft"})
    rig.link.connected = False
    rig.run(1000)
    assert rig.reboots


# A card does not wait for what nobody answers.


def test_a_card_takes_the_place_of_a_status_that_nobody_answers(rig):
    rig.wait(11)
    rig.answers["StatusNotification"] = rig.answers["Authorize"] = None
    rig.plug()
    status_id = last_id(rig, "StatusNotification")
    rig.swipe()
    rig.run(4000)
    assert not rig.calls("Authorize")
    rig.run(1500)
    assert len(rig.calls("Authorize")) == 1
    rig.link.deliver([3, last_id(rig, "Authorize"), {"idTagInfo": {"status": "Blocked"}}])
    rig.link.deliver([3, status_id, {}])
    rig.wait(60)
    assert [p["status"] for p in rig.calls("StatusNotification")].count("Preparing") == 1, "its answer counts"


def test_a_card_takes_the_place_of_a_heartbeat(make_rig):
    rig = make_rig()
    rig.answers["BootNotification"]["interval"] = 30
    rig.run(2000)
    rig.plug()
    rig.answers["Heartbeat"] = None
    while not rig.calls("Heartbeat"):
        rig.run(100)
    rig.swipe()
    rig.run(5500)
    assert rig.relay.closed


def test_a_card_takes_the_place_of_the_card_of_someone_who_has_left(rig):
    rig.wait(11)
    rig.answers["Authorize"] = None
    rig.plug()
    rig.swipe("04FIRST")
    rig.run(500)
    rig.unplug()
    rig.answers["Authorize"] = {"idTagInfo": {"status": "Accepted"}}
    rig.plug()
    rig.swipe("04SECOND")
    rig.run(5500)
    assert rig.relay.closed
    assert rig.calls("StartTransaction")[0]["idTag"] == "04SECOND"


def test_a_central_system_that_is_there_has_ten_seconds_before_a_card_goes_first(rig):
    rig.wait(11)
    rig.answers["StatusNotification"] = None
    rig.plug()
    rig.swipe()
    rig.call("DataTransfer", {"vendorId": "x"})
    rig.wait(8)
    assert not rig.calls("Authorize")
    rig.run(2000)
    assert rig.calls("Authorize")


@pytest.mark.parametrize(
    "frame", ["{}", "[]", '[3,"","x"]', '[3,"x",{}]', "[4,5,6]", "[2,7,8,{}]", "not JSON"]
)
def test_rubbish_is_no_sign_of_a_central_system_that_is_there(rig, frame):
    rig.wait(11)
    silence(rig, "StatusNotification")
    rig.plug()
    rig.swipe()
    rig.link.deliver(frame)
    rig.wait(6)
    assert rig.calls("Authorize")


def test_a_card_takes_the_place_of_meter_values_whose_late_answer_counts(make_rig):
    rig = make_rig(SAFETY_MIN_OFF_SECONDS="0")
    silence(rig, "MeterValues")
    rig.charge()
    rig.wait(61)
    assert rig.link.sent[-1][2] == "MeterValues"
    rig.swipe("04OTHER")
    rig.run(6000)
    assert [p["idTag"] for p in rig.calls("Authorize")] == ["04A2B3C4", "04OTHER"]
    rig.link.deliver([3, last_id(rig, "MeterValues"), {}])
    rig.wait(50)
    assert len(rig.calls("MeterValues")) == 1


@pytest.mark.requirement("J 4.1.1", "No second call while a start or stop is unanswered")
@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction"])
def test_a_card_waits_until_a_start_or_stop_has_timed_out(make_rig, action):
    rig = make_rig(SAFETY_MIN_OFF_SECONDS="0")
    silence(rig, action)
    rig.charge()
    if action == "StopTransaction":
        rig.swipe()
        rig.run(300)
    assert rig.link.sent[-1][2] == action
    rig.swipe("04OTHER")
    rig.run(26000)
    assert len(rig.calls("Authorize")) == 1
    rig.run(5000)
    assert [p["idTag"] for p in rig.calls("Authorize")] == ["04A2B3C4", "04OTHER"]


@pytest.mark.parametrize(("allowed", "notices"), [("true", []), ("false", ["No Answer"])])
@pytest.mark.parametrize("seconds", [5, 10, 60])
def test_nobody_answers_is_offline(make_rig, allowed, notices, seconds):
    rig = make_rig(
        OCPP_OFFLINE_AUTHORIZATION=allowed,
        OCPP_AUTHORIZE_TIMEOUT=str(seconds),
        SAFETY_STALE_AUTHORIZATION_SECONDS="90",
    )
    rig.answers["Authorize"] = None
    rig.wait(11)
    rig.plug()
    rig.swipe()
    rig.run(seconds * 1000 - 500)
    assert not rig.relay.closed
    rig.run(1500)
    assert rig.relay.closed is (allowed == "true")
    assert rig.screen.notices == notices
    assert logged(rig, "central system did not answer: ")
    assert not logged(rig, "not reachable")


@pytest.mark.parametrize("answer", [{"idTagInfo": {"status": "Blocked"}}, {}, []])
def test_a_refusal_is_no_silence(make_rig, answer):
    rig = make_rig(OCPP_OFFLINE_AUTHORIZATION="true")
    rig.answers["Authorize"] = answer
    rig.wait(11)
    rig.plug()
    rig.swipe()
    rig.wait(20)
    assert not rig.relay.closed
    assert rig.screen.notices == ["Rejected"]


def test_a_card_for_whose_answer_there_was_no_memory_is_asked_about_again(rig, monkeypatch):
    rig.wait(11)
    rig.plug()
    react, struck = rig.core.urgent[2].step.__self__.handle, []

    def starved(event, argument=None):
        if rig.calls("Authorize") and not struck:
            struck.append(event)
            raise MemoryError
        return react(event, argument)

    monkeypatch.setattr(rig.core.urgent[2].step.__self__, "handle", starved)
    with pytest.raises(MemoryError):
        rig.swipe()
    rig.run(1000)
    assert len(rig.calls("Authorize")) == 2
    assert rig.relay.closed


# Statuses.


def test_a_fault_that_came_and_went_behind_an_unanswered_status_is_told(rig):
    rig.wait(11)
    rig.answers["StatusNotification"] = None
    rig.plug()
    rig.emergency_stop.on = True
    rig.run(500)
    rig.emergency_stop.on = False
    rig.service_button.on = True
    rig.run(500)
    rig.service_button.on = False
    rig.answers["StatusNotification"] = {}
    rig.link.deliver([3, last_id(rig, "StatusNotification"), {}])
    rig.run(1000)
    assert rig.statuses() == ["Available", "Preparing", "Faulted", "Preparing"]
    stamps = [p["timestamp"] for p in rig.calls("StatusNotification")]
    assert stamps == sorted(stamps)


@pytest.mark.requirement("SPEC 4.9", "Each change is reported in order")
@pytest.mark.requirement("ERR 3.19", "Every change is sent")
def test_a_whole_session_behind_an_unanswered_status_is_told_in_its_order(rig):
    rig.wait(11)
    rig.answers["StatusNotification"] = None
    rig.plug()
    rig.swipe()
    rig.wait(6)
    assert rig.relay.closed
    rig.swipe()
    rig.run(500)
    rig.unplug()
    rig.answers["StatusNotification"] = {}
    rig.wait(60)
    told = [status for status in rig.statuses() if status != "Preparing"]
    assert told == ["Available", "Charging", "Finishing", "Available"]
    assert "Preparing" in rig.statuses()


@pytest.mark.parametrize("again", [False, True])
def test_a_fault_is_sent_though_nobody_answers_any_status(rig, again):
    rig.wait(11)
    silence(rig, "StatusNotification")
    rig.plug()
    rig.wait(200 if again else 2)
    rig.emergency_stop.on = True
    rig.wait(75)
    told = [(p["connectorId"], p["status"]) for p in rig.calls("StatusNotification")]
    assert (0, "Faulted") in told
    assert (1, "Faulted") in told


def test_a_whole_charge_is_sent_though_every_answer_comes_too_late(rig):
    rig.wait(11)
    silence(rig, "StatusNotification")
    rig.plug()
    rig.swipe()
    rig.wait(150)
    assert rig.relay.closed
    rig.swipe()
    rig.wait(100)
    rig.unplug()
    rig.wait(100)
    told = list(dict.fromkeys(rig.statuses()[1:]))
    assert told == ["Preparing", "Charging", "Finishing", "Available"]
    assert rig.calls("StopTransaction"), "transaction messages are sent in the meantime"
    stamps = [p["timestamp"] for p in rig.calls("StatusNotification") if p["connectorId"] == 1]
    assert stamps == sorted(stamps)


def test_a_silent_connector_does_not_keep_the_other_waiting(rig):
    rig.answers["StatusNotification"] = lambda payload: {} if payload["connectorId"] else None
    rig.wait(45)
    assert rig.statuses() == ["Available"]
    rig.plug()
    rig.wait(35)
    assert rig.statuses() == ["Available", "Preparing"]
    rig.answers["StatusNotification"] = {}
    rig.wait(100)
    assert rig.statuses() == ["Available", "Preparing", "Finishing"]
    zero = [p for p in rig.calls("StatusNotification") if p["connectorId"] == 0]
    assert len(zero) >= 3
    assert {p["status"] for p in zero} == {"Available"}


def test_a_status_that_nobody_answers_is_sent_again_ever_more_rarely(rig):
    rig.wait(11)
    rig.plug()
    silence(rig, "StatusNotification")
    rig.unplug()
    rig.wait(1000)
    assert 11 <= rig.statuses().count("Available") <= 14
    rig.answers["StatusNotification"] = {}
    rig.wait(70)
    count = len(rig.statuses())
    rig.wait(200)
    assert len(rig.statuses()) == count


def test_more_changes_than_there_is_room_for_lose_no_fault(rig):
    silence(rig, "StatusNotification")
    rig.run(2000)
    rig.emergency_stop.on = True
    rig.run(500)
    rig.emergency_stop.on = False
    rig.service_button.on = True
    rig.run(500)
    rig.service_button.on = False
    for _ in range(10):
        rig.plug()
        rig.unplug()
    rig.plug()
    rig.answers["StatusNotification"] = {}
    rig.wait(50)
    told = [(p["connectorId"], p["status"]) for p in rig.calls("StatusNotification")]
    assert (0, "Faulted") in told
    assert (1, "Faulted") in told
    assert told[-1] == (1, "Preparing")
    assert [status for number, status in told if number == 0][-1] == "Available"
    assert len(told) <= 14


@pytest.mark.requirement("behaviour 4", "After an offline time the present status is sent, not its history")
@pytest.mark.requirement("SPEC 4.9", "After an offline time the present status is sent")
def test_after_an_offline_time_the_present_status_is_told_and_not_its_history(rig):
    rig.wait(11)
    rig.link.connected = False
    for _ in range(3):
        rig.plug()
        rig.unplug()
    rig.plug()
    rig.link.connected = True
    rig.run(1000)
    assert rig.statuses() == ["Available", "Preparing"]


def test_more_changes_than_there_is_room_for_end_with_the_present_status(rig):
    rig.wait(11)
    rig.answers["StatusNotification"] = None
    rig.plug()
    for _ in range(12):
        rig.unplug()
        rig.plug()
    rig.unplug()
    rig.answers["StatusNotification"] = {}
    rig.wait(60)
    assert rig.statuses()[-1] == "Available"
    assert 12 <= len(rig.statuses()) <= 16


def test_the_reason_of_the_reset_is_told_once(rig):
    rig.run(2000)
    rig.emergency_stop.on = True
    rig.run(500)
    rig.emergency_stop.on = False
    rig.service_button.on = True
    rig.run(1000)
    reconnect(rig)
    rig.wait(60)
    told = [(p["status"], p.get("info")) for p in rig.calls("StatusNotification") if p["connectorId"] == 0]
    assert told == [("Available", "reset: power"), ("Faulted", "EmergencyStop"), ("Available", None)]


def test_until_it_is_answered_the_reason_of_the_reset_is_told_again(rig):
    rig.answers["StatusNotification"] = None
    rig.wait(35)
    rig.answers["StatusNotification"] = {}
    rig.wait(40)
    told = [p["info"] for p in rig.calls("StatusNotification") if p["connectorId"] == 0]
    assert told == ["reset: power"] * 2
