# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""BootNotification, what is sent before and after it, and Heartbeat (SPEC 4.2, 4.6)."""

import pytest

from tests.firmware.rig import Rig

TIME = "2026-11-22T07:30:00Z"


def registration(status, interval=60):
    return {"status": status, "interval": interval, "currentTime": TIME}


def actions(rig):
    return [action for action, _ in rig.calls()]


@pytest.mark.requirement(
    "SPEC 4.2", "before BootNotification is accepted nothing else is sent, kept messages included"
)
@pytest.mark.requirement(
    "behaviour 1", "nothing but BootNotification before it is Accepted, cached messages included"
)
@pytest.mark.parametrize("answer", [None, registration("Pending", 5), registration("Rejected", 5)])
@pytest.mark.requirement("SPEC 4.2", "Each boot begins with a BootNotification")
def test_until_it_is_accepted_nothing_else_is_sent(answer):
    before = Rig()
    before.charge()
    before.link.connected = False
    before.run(1000)
    before.swipe()
    before.run(1000)
    assert len(before.journal), "a stop waits"
    rig = Rig(journal=before.journal)
    rig.answers["BootNotification"] = answer
    rig.wait(120)
    rig.plug()
    rig.emergency_stop.on = True
    rig.wait(20)
    assert set(actions(rig)) == {"BootNotification"}
    rig.answers["BootNotification"] = registration("Accepted")
    rig.wait(70)
    assert actions(rig)[-1] != "BootNotification"
    assert rig.calls("StopTransaction")


@pytest.mark.requirement(
    "SPEC 4.2", "Pending and Rejected: again after the interval, by an interval of our own if it is 0"
)
@pytest.mark.requirement("behaviour 2", "wait `interval`; 0: choose one")
@pytest.mark.parametrize("status", ["Pending", "Rejected"])
@pytest.mark.parametrize(("interval", "wait_s"), [(20, 20), (300, 300), (0, 60), (-5, 60)])
def test_it_is_repeated_after_the_interval(rig, status, interval, wait_s):
    rig.answers["BootNotification"] = registration(status, interval)
    rig.run(1000)
    assert actions(rig) == ["BootNotification"]
    rig.wait(wait_s - 5)
    assert len(rig.calls()) == 1
    rig.wait(10)
    assert len(rig.calls()) == 2


@pytest.mark.requirement("SPEC 4.2", "not sooner than the interval says")
def test_it_is_not_repeated_sooner_than_the_interval_says(rig):
    rig.answers["BootNotification"] = None
    rig.run(900)
    assert len(rig.calls("BootNotification")) == 1
    # Answered at the end of a second of the uptime.
    rig.link.deliver([3, rig.link.sent[0][1], registration("Pending", 3)])
    rig.run(2950)
    assert len(rig.calls("BootNotification")) == 1
    rig.run(1100)
    assert len(rig.calls("BootNotification")) == 2


@pytest.mark.requirement("SPEC 4.2", "while Rejected no call is answered; while Pending every call is")
@pytest.mark.requirement("behaviour 2", "Rejected: do not even answer; Pending: answer")
def test_while_rejected_nothing_is_answered_and_while_pending_everything_is(rig):
    rig.answers["BootNotification"] = registration("Rejected", 20)
    rig.run(1000)
    rig.link.deliver([2, "a", "GetConfiguration", {}])
    rig.link.deliver([2, "b", "TriggerMessage", {"requestedMessage": "BootNotification"}])
    rig.run(1000)
    assert rig.results() == []
    assert len(rig.calls()) == 1
    rig.answers["BootNotification"] = registration("Pending", 600)
    rig.wait(25)
    assert rig.call("GetConfiguration", {"key": ["HeartbeatInterval"]}, "c")[0] == 3


@pytest.mark.requirement("ERR 3.22", "after Accepted the status of connector 0 and of every connector")
@pytest.mark.requirement("behaviour 3", "StatusNotification for connector 0 and every connector")
def test_after_accepted_the_status_of_both_connectors_is_sent_first(rig):
    rig.run(1000)
    assert actions(rig) == ["BootNotification", "StatusNotification", "StatusNotification"]
    assert [payload["connectorId"] for payload in rig.calls("StatusNotification")] == [0, 1]


@pytest.mark.requirement("J 5.4", "a reconnect is no reason for a BootNotification")
@pytest.mark.requirement(
    "behaviour 4", "after an offline time the present status if it changed, and no BootNotification"
)
def test_after_a_reconnect_only_a_status_that_changed_is_sent(rig):
    rig.run(11_000)
    for plugged in (False, True):
        before = len(rig.calls())
        rig.link.connected = False
        rig.run(1000)
        if plugged:
            rig.plug()
            rig.unplug()
            rig.plug()
        rig.link.connected = True
        rig.run(1000)
        sent = rig.calls()[before:]
        assert [(action, payload["status"]) for action, payload in sent] == (
            [("StatusNotification", "Preparing")] if plugged else []
        )


@pytest.mark.requirement("SPEC 4.2.1", "never accepted and no known time: no charging")
@pytest.mark.requirement("behaviour 30", "never accepted and no clock: refuse to charge")
def test_never_accepted_and_without_the_time_no_charge_begins(make_rig):
    rig = make_rig(OCPP_OFFLINE_AUTHORIZATION="true")
    rig.link.connected = False
    rig.run(2000)
    rig.plug()
    rig.swipe()
    rig.wait(20)
    assert not rig.relay.closed
    assert rig.screen.notices == ["Not Ready"]
    assert "state refused: the time is not known yet" in rig.log_lines
    assert len(rig.journal) == 0


@pytest.mark.requirement("SPEC 9.1.10", "HeartbeatInterval counts the time in which nothing is sent")
@pytest.mark.requirement(
    "behaviour 30", "the interval counts inactivity and comes from BootNotification's answer"
)
def test_the_heartbeat_counts_inactivity_by_the_interval_of_the_answer(rig):
    rig.answers["BootNotification"] = registration("Accepted", 100)
    rig.run(1000)
    rig.wait(90)
    rig.plug()
    rig.wait(90)
    assert not rig.calls("Heartbeat"), "a StatusNotification took its place"
    rig.wait(100)
    assert len(rig.calls("Heartbeat")) == 1
    key = {"key": "HeartbeatInterval", "value": "20"}
    assert rig.call("ChangeConfiguration", key, "k")[2] == {"status": "Accepted"}
    rig.wait(5)
    assert len(rig.calls("Heartbeat")) == 2, "a new interval holds at once"


@pytest.mark.requirement("J 5.3", "A charger that sends nothing else sends a Heartbeat at least once a day")
def test_no_heartbeat_interval_is_longer_than_a_day(rig):
    rig.answers["BootNotification"] = registration("Accepted", 10_000_000)
    rig.run(1000)
    [key] = rig.call("GetConfiguration", {"key": ["HeartbeatInterval"]})[2]["configurationKey"]
    assert key["value"] == "86400"
    longer = {"key": "HeartbeatInterval", "value": "86401"}
    assert rig.call("ChangeConfiguration", longer, "k")[2] == {"status": "Rejected"}


def test_a_heartbeat_that_is_answered_with_an_error_is_not_sent_more_often(rig):
    rig.rtc = 1795332600
    rig.run(2000)
    rig.answers["Heartbeat"] = None
    count = 0
    for _ in range(12):
        rig.wait(60)
        sent = [frame for frame in rig.link.sent if frame[0] == 2 and frame[2] == "Heartbeat"]
        if len(sent) > count:
            count = len(sent)
            rig.link.deliver([4, sent[-1][1], "NotSupported", "", {}])
    assert count == 2


@pytest.mark.requirement("SPEC 6.3", "meterType and meterSerialNumber, where the settings name them")
def test_it_names_the_meter_where_the_settings_do(make_rig):
    known = {"chargePointVendor", "chargePointModel", "chargePointSerialNumber", "firmwareVersion"}
    rig = make_rig()
    rig.run(1000)
    assert set(rig.calls("BootNotification")[0]) == known
    rig = make_rig(HARDWARE_METER_TYPE="SDM120", HARDWARE_METER_SERIAL="0123456789012345678901234")
    rig.run(1000)
    sent = rig.calls("BootNotification")[0]
    assert (sent["meterType"], sent["meterSerialNumber"]) == ("SDM120", "0123456789012345678901234")
    assert set(sent) == known | {"meterType", "meterSerialNumber"}


@pytest.mark.requirement("SPEC 4.9", "connector 0 is Available, Unavailable or Faulted")
@pytest.mark.requirement("behaviour 20", "connector 0 is only ever Available, Unavailable or Faulted")
@pytest.mark.requirement("behaviour 21", "plugged in and the transaction over: Finishing")
@pytest.mark.requirement("ERR 3.20", "no card within ConnectionTimeOut: Finishing while the cable is in")
def test_the_statuses_of_a_day(make_rig):
    rig = make_rig(OCPP_CONNECTION_TIMEOUT="20")
    rig.charge()
    rig.swipe()
    rig.run(1000)
    assert rig.statuses() == ["Available", "Preparing", "Charging", "Finishing"]
    rig.unplug()
    rig.plug()
    rig.wait(22)
    assert rig.statuses()[-3:] == ["Available", "Preparing", "Finishing"]
    rig.emergency_stop.on = True
    rig.run(500)
    of_whole = {p["status"] for p in rig.calls("StatusNotification") if p["connectorId"] == 0}
    assert of_whole == {"Available", "Faulted"}
