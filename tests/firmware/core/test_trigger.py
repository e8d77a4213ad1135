# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""TriggerMessage (SPEC 5.17): answered first, then sent, and bounded."""

import pytest

PENDING = {"status": "Pending", "interval": 600, "currentTime": "2026-11-22T07:30:00Z"}


def trigger(rig, action, connector_id=None):
    """Its status, and what was sent after the answer within half a second."""
    payload = {"requestedMessage": action}
    if connector_id is not None:
        payload["connectorId"] = connector_id
    unique_id = f"t{len(rig.link.sent)}"
    before = len(rig.link.sent)
    rig.call("TriggerMessage", payload, unique_id)
    rig.run(450)
    frames = rig.link.sent[before:]
    assert frames[0][:2] == [3, unique_id], "the answer comes first"
    return frames[0][2]["status"], [(frame[2], frame[3]) for frame in frames[1:]]


@pytest.mark.requirement("SPEC 5.17", "the answer first, then the message, with what is so now")
@pytest.mark.requirement("behaviour 29", "no connectorId means all")
def test_a_status_is_sent_for_one_connector_or_for_all(rig):
    rig.run(11_000)
    rig.rtc += 100
    for connector_id, wanted in ((None, [0, 1]), (0, [0]), (1, [1])):
        answer, sent = trigger(rig, "StatusNotification", connector_id)
        assert answer == "Accepted"
        assert [(action, payload["connectorId"]) for action, payload in sent] == [
            ("StatusNotification", each) for each in wanted
        ]
        for _, payload in sent:
            assert (payload["status"], payload["errorCode"]) == ("Available", "NoError")
            assert payload["timestamp"] >= "2026-11-22T07:31:40Z"
    rig.plug()
    assert trigger(rig, "StatusNotification", 1)[1][-1][1]["status"] == "Preparing"


def test_a_status_is_sent_also_before_it_has_lasted_for_minimum_status_duration(rig):
    rig.run(11_000)
    rig.call("ChangeConfiguration", {"key": "MinimumStatusDuration", "value": "60"}, "k")
    rig.plug()
    assert rig.statuses() == ["Available"]
    assert trigger(rig, "StatusNotification", 1)[1][0][1]["status"] == "Preparing"


@pytest.mark.requirement("SPEC 5.17", "a connectorId that means nothing for a message is ignored")
@pytest.mark.requirement("SPEC 4.4", "Idle when it is triggered and nothing is uploaded")
def test_a_heartbeat_and_a_diagnostics_status_have_no_connector(rig):
    rig.run(11_000)
    assert trigger(rig, "Heartbeat", 7) == ("Accepted", [("Heartbeat", {})])
    idle = [("DiagnosticsStatusNotification", {"status": "Idle"})]
    rig.answers["DiagnosticsStatusNotification"] = {}
    assert trigger(rig, "DiagnosticsStatusNotification", 7) == ("Accepted", idle)


@pytest.mark.requirement("ERR 3.46", "MeterValues of the measurands in MeterValuesSampledData")
@pytest.mark.parametrize("charging", [False, True])
def test_meter_values_are_those_of_now(rig, charging):
    if charging:
        rig.charge()
        rig.run(1000)
    else:
        rig.run(11_000)
    rig.meter.energy_wh = 1234
    answer, [(action, payload)] = trigger(rig, "MeterValues")
    assert (answer, action, payload["connectorId"]) == ("Accepted", "MeterValues", 1)
    assert payload.get("transactionId") == (7 if charging else None)
    [value] = payload["meterValue"]
    assert [(each["value"], each["context"]) for each in value["sampledValue"]] == [("1234", "Trigger")]


@pytest.mark.parametrize(
    ("settings", "measurands"),
    [({"HARDWARE_METER_PULSES_PER_KWH": "0"}, None), ({}, "")],
    ids=["no meter", "no measurand"],
)
def test_meter_values_are_refused_where_there_are_none(make_rig, settings, measurands):
    rig = make_rig(**settings)
    rig.run(11_000)
    if measurands is not None:
        key = {"key": "MeterValuesSampledData", "value": measurands}
        assert rig.call("ChangeConfiguration", key, "k")[2] == {"status": "Accepted"}
    assert trigger(rig, "MeterValues") == ("Rejected", [])


@pytest.mark.requirement("SPEC 5.17", "a message that is unknown or not supported: NotImplemented")
def test_what_this_charge_point_never_sends_is_not_implemented(rig):
    rig.run(11_000)
    for action in ("FirmwareStatusNotification", "StartTransaction", "Nonsense", ""):
        assert trigger(rig, action) == ("NotImplemented", [])


@pytest.mark.parametrize("action", ["StatusNotification", "MeterValues"])
def test_a_connector_that_is_not_there_is_rejected(rig, action):
    rig.run(11_000)
    for connector_id in (2, -1, 1 << 40):
        assert trigger(rig, action, connector_id) == ("Rejected", [])


@pytest.mark.requirement("ERR 3.35", "once accepted, no BootNotification on demand")
@pytest.mark.requirement("ERR 3.40", "once accepted, no BootNotification on demand")
def test_a_boot_notification_is_rejected_once_it_was_accepted(rig):
    rig.run(11_000)
    assert trigger(rig, "BootNotification") == ("Rejected", [])
    rig.link.connected = False
    rig.run(1000)
    rig.link.connected = True
    rig.run(1000)
    assert trigger(rig, "BootNotification") == ("Rejected", [])


@pytest.mark.requirement("SPEC 4.2", "while Pending, only what was triggered is sent")
@pytest.mark.requirement(
    "behaviour 2", "Pending: answer, send only what is triggered; no remote start or stop"
)
def test_while_pending_only_what_is_triggered_is_sent(rig):
    rig.answers["BootNotification"] = PENDING
    rig.run(11_000)
    assert [action for action, _ in rig.calls()] == ["BootNotification"]
    rig.plug()
    answer, sent = trigger(rig, "StatusNotification")
    assert (answer, [payload["status"] for _, payload in sent]) == ("Accepted", ["Available", "Preparing"])
    assert trigger(rig, "Heartbeat") == ("Accepted", [("Heartbeat", {})])
    assert [action for action, _ in trigger(rig, "MeterValues")[1]] == ["MeterValues"]
    assert rig.call("RemoteStartTransaction", {"idTag": "A"}, "r")[2] == {"status": "Rejected"}
    assert rig.call("RemoteStopTransaction", {"transactionId": 7}, "s")[2] == {"status": "Rejected"}
    count = len(rig.calls())
    rig.wait(60)
    assert len(rig.calls()) == count
    rig.answers["BootNotification"] = {**PENDING, "status": "Accepted"}
    answer, sent = trigger(rig, "BootNotification")
    assert answer == "Accepted"
    assert [action for action, _ in sent] == ["BootNotification", "StatusNotification", "StatusNotification"]
    assert rig.statuses()[-1] == "Finishing", "ERR 3.22, although it was triggered before"


def test_a_boot_notification_that_is_triggered_while_one_waits_is_sent_once(rig):
    rig.answers["BootNotification"] = None
    rig.run(1000)
    before = len(rig.calls())
    rig.call("TriggerMessage", {"requestedMessage": "BootNotification"}, "t")
    rig.run(5000)
    assert len(rig.calls()) == before == 1, "one call is outstanding at most"


@pytest.mark.requirement("SPEC 4.2", "before the first answer nothing but BootNotification is sent")
def test_before_the_first_answer_nothing_else_can_be_triggered(rig):
    rig.answers["BootNotification"] = None
    rig.run(1000)
    for action in ("StatusNotification", "Heartbeat", "MeterValues", "DiagnosticsStatusNotification"):
        assert trigger(rig, action) == ("Rejected", [])


def test_many_triggers_at_once_are_answered_each_and_sent_once(rig):
    """While a call is outstanding they wait: bounded, and never two calls at once."""
    rig.answers["Heartbeat"] = None
    rig.run(11_000)
    trigger(rig, "Heartbeat")
    before = len(rig.link.sent)
    actions = ("StatusNotification", "MeterValues", "Heartbeat", "StatusNotification")
    for number in range(40):
        rig.call("TriggerMessage", {"requestedMessage": actions[number % 4]}, f"m{number}")
    frames = rig.link.sent[before:]
    assert [frame[0] for frame in frames] == [3] * 40
    rig.wait(70)
    sent = [frame[2] for frame in rig.link.sent[before:] if frame[0] == 2]
    assert sorted(sent[:4]) == ["Heartbeat", "MeterValues", "StatusNotification", "StatusNotification"]
    assert "StatusNotification" not in sent[4:]


def test_a_lost_connection_ends_what_waits(rig):
    rig.answers["Heartbeat"] = None
    rig.run(11_000)
    trigger(rig, "Heartbeat")
    rig.call("TriggerMessage", {"requestedMessage": "MeterValues"}, "m")
    rig.link.connected = False
    rig.run(1000)
    rig.link.connected = True
    rig.run(2000)
    assert not rig.calls("MeterValues")
