# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""ChangeAvailability, and which status is reported when: MinimumStatusDuration, SuspendedEV, a meter that is silent."""

import pytest
from charger.journal import INOPERATIVE

from tests.firmware.core.media import Charger as Memory


def change(rig, connector_id, kind):
    payload = {"connectorId": connector_id, "type": kind}
    return rig.call("ChangeAvailability", payload, f"a{len(rig.link.sent)}")[2]["status"]


def last(rig, connector_id):
    return [p for p in rig.calls("StatusNotification") if p["connectorId"] == connector_id][-1]


def status(rig, connector_id=1):
    return last(rig, connector_id)["status"]


@pytest.mark.requirement("SPEC 5.2", "an idle connector is made Unavailable at once, and says so")
@pytest.mark.requirement("behaviour 19", "already there: Accepted; connector 0 means all")
def test_an_idle_connector_becomes_unavailable_and_available_again(rig):
    rig.run(11_000)
    assert change(rig, 1, "Operative") == "Accepted", "it is so already"
    assert change(rig, 1, "Inoperative") == "Accepted"
    rig.run(500)
    assert (status(rig, 0), status(rig, 1)) == ("Available", "Unavailable"), "only connector 1"
    assert change(rig, 0, "Inoperative") == "Accepted"
    rig.run(500)
    assert (status(rig, 0), status(rig, 1)) == ("Unavailable", "Unavailable")
    assert rig.screen.state == rig.led.state == "Unavailable"
    sent = len(rig.calls())
    assert change(rig, 0, "Inoperative") == "Accepted"
    rig.run(500)
    assert len(rig.calls()) == sent, "nothing has changed"
    assert change(rig, 1, "Operative") == "Accepted"
    rig.run(500)
    assert (status(rig, 0), status(rig, 1)) == ("Available", "Available")


def test_out_of_service_a_card_is_told_so_and_a_remote_start_is_rejected(rig):
    rig.run(11_000)
    change(rig, 1, "Inoperative")
    rig.plug()
    rig.swipe()
    assert rig.screen.notices[-1] == "Out of Service"
    assert rig.call("RemoteStartTransaction", {"idTag": "app-1"})[2] == {"status": "Rejected"}
    rig.run(2000)
    assert not rig.calls("Authorize")
    assert not rig.calls("StartTransaction")
    assert not rig.lock.engaged
    change(rig, 1, "Operative")
    rig.run(500)
    assert status(rig) == "Preparing", "the cable is in"
    rig.swipe()
    rig.run(1000)
    assert rig.relay.closed


@pytest.mark.parametrize("waits", ["card", "remote", "asking"])
def test_who_waits_to_charge_when_it_goes_out_of_service_is_told(rig, waits):
    rig.run(11_000)
    if waits == "asking":
        rig.answers["Authorize"] = None
    if waits == "remote":
        rig.call("RemoteStartTransaction", {"idTag": "app-1"}, "r")
    else:
        rig.swipe()
    rig.run(500)
    assert change(rig, 1, "Inoperative") == "Accepted"
    assert rig.screen.notices == ["Out of Service"]
    rig.plug()
    rig.run(1000)
    assert not rig.calls("StartTransaction")
    assert rig.screen.state == "Unavailable"


@pytest.mark.requirement(
    "SPEC 5.2", "during a transaction Scheduled: it happens when the transaction has ended"
)
@pytest.mark.requirement("behaviour 19", "Scheduled during a transaction, and kept over a restart")
@pytest.mark.parametrize("connector_id", [0, 1])
@pytest.mark.parametrize("ends", ["card", "unplug", "restart"])
def test_during_a_transaction_it_is_scheduled(make_rig, connector_id, ends):
    memory = Memory()
    rig = make_rig(journal=memory.journal)
    rig.charge()
    memory.stalls.open = False
    assert change(rig, connector_id, "Inoperative") == "Scheduled"
    assert change(rig, connector_id, "Inoperative") == "Scheduled", "still"
    rig.run(1000)
    assert rig.relay.closed
    assert (status(rig, 0), status(rig, 1)) == ("Available", "Charging")
    if ends == "card":
        rig.swipe()
    elif ends == "unplug":
        rig.unplug()
    if ends != "restart":
        rig.run(1000)
        assert status(rig, 1) == "Unavailable"
        assert status(rig, 0) == ("Available", "Unavailable")[connector_id == 0]
    memory.stalls.open = True
    again = make_rig(journal=memory.restart())
    again.run(15_000)
    assert (status(again, 0), status(again, 1)) == (
        ("Available", "Unavailable")[connector_id == 0],
        "Unavailable",
    )


def test_what_was_only_scheduled_can_be_taken_back(rig):
    rig.charge()
    assert change(rig, 1, "Inoperative") == "Scheduled"
    assert change(rig, 1, "Operative") == "Accepted"
    assert rig.journal.get(INOPERATIVE) is None
    rig.swipe()
    rig.run(1000)
    assert status(rig) == "Finishing"


def test_a_cable_that_is_held_stays_with_its_card(rig):
    """SPEC 5.2 and ERR 3.5: out of service, its owner still gets it."""
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Blocked"}, "transactionId": 7}
    rig.run(11_000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert rig.lock.engaged
    assert change(rig, 1, "Inoperative") == "Scheduled"
    rig.run(500)
    assert (rig.lock.engaged, status(rig)) == (True, "Finishing")
    rig.swipe()
    rig.run(500)
    assert (rig.lock.engaged, status(rig)) == (False, "Unavailable")


@pytest.mark.requirement(
    "SPEC 4.9", "a fault is reported from Unavailable, and Unavailable comes back after it"
)
def test_a_fault_outranks_unavailable_and_leads_back_to_it(rig):
    rig.run(11_000)
    change(rig, 0, "Inoperative")
    rig.emergency_stop.on = True
    rig.run(500)
    assert (status(rig, 0), status(rig, 1)) == ("Faulted", "Faulted")
    assert change(rig, 0, "Operative") == "Accepted"
    assert change(rig, 0, "Inoperative") == "Accepted", "Faulted is inoperative already"
    rig.emergency_stop.on = False
    rig.run(100)
    rig.service_button.on = True
    rig.run(500)
    assert (status(rig, 0), status(rig, 1)) == ("Unavailable", "Unavailable")


@pytest.mark.parametrize("connector_id", [2, -1, 1 << 40])
def test_another_connector_is_rejected_and_nothing_changes(rig, connector_id):
    rig.run(11_000)
    assert change(rig, connector_id, "Inoperative") == "Rejected"
    assert rig.journal.get(INOPERATIVE) is None
    assert status(rig) == "Available"


def test_it_is_obeyed_while_the_registration_is_pending(rig):
    """SPEC 4.2: what the central system sets before it accepts us."""
    rig.answers["BootNotification"] = {
        "status": "Pending",
        "interval": 60,
        "currentTime": "2026-11-22T07:30:00Z",
    }
    rig.run(11_000)
    assert change(rig, 1, "Inoperative") == "Accepted"
    rig.run(1000)
    assert rig.screen.state == "Unavailable"
    assert not rig.calls("StatusNotification")


@pytest.mark.requirement("SPEC 5.14", "Unavailable survives a reset")
@pytest.mark.requirement("SPEC 5.2", "It is Accepted only when it is written: a restart at once keeps it")
def test_unavailable_outlasts_a_restart(make_rig):
    memory = Memory()
    rig = make_rig(journal=memory.journal)
    rig.run(11_000)
    assert rig.call("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}, "a")[2] == {
        "status": "Accepted"
    }
    again = make_rig(journal=memory.restart())
    again.run(11_000)
    assert again.statuses()[-1] == "Unavailable"


@pytest.mark.requirement("SPEC 5.2", "What cannot be kept is Rejected, and nothing changes")
def test_what_cannot_be_written_while_it_charges_is_rejected(make_rig):
    memory = Memory()
    memory.medium.ms = lambda size: 300
    rig = make_rig(journal=memory.journal)
    rig.charge()
    rig.stalls = memory.stalls
    memory.stalls.open = False
    assert change(rig, 1, "Inoperative") == "Rejected"
    assert change(rig, 1, "Operative") == "Accepted", "as it is"
    rig.swipe()
    memory.stalls.open = True
    rig.run(1000)
    assert status(rig) == "Finishing"
    assert change(rig, 1, "Inoperative") == "Accepted"


def test_the_answer_comes_before_the_status(rig):
    rig.run(11_000)
    sent = len(rig.link.sent)
    change(rig, 1, "Inoperative")
    assert [frame[0] for frame in rig.link.sent[sent:]] == [3, 2]


# Statuses that last.


def durable(make_rig, seconds, **settings):
    rig = make_rig(**settings)
    rig.run(11_000)
    key = {"key": "MinimumStatusDuration", "value": str(seconds)}
    assert rig.call("ChangeConfiguration", key, "k")[2]["status"] == "Accepted"
    return rig


@pytest.mark.requirement(
    "SPEC 9.1.20", "a status is sent once it has lasted for MinimumStatusDuration, with the time of its begin"
)
@pytest.mark.requirement("ERR 3.19", "a status that did not last is not sent")
@pytest.mark.requirement("behaviour 22", "MinimumStatusDuration delays a status")
def test_a_status_is_sent_when_it_has_lasted(make_rig):
    rig = durable(make_rig, 10)
    rig.plug()
    rig.run(3000)
    assert rig.statuses() == ["Available"]
    rig.swipe()
    rig.run(9500)
    assert rig.relay.closed
    assert rig.statuses() == ["Available"], "Preparing did not last, Charging not yet"
    rig.rtc += 3600
    rig.run(2500)
    assert rig.statuses() == ["Available", "Charging"]
    assert last(rig, 1)["timestamp"] < "2026-11-22T08:00:00Z", "when it began, not when it was sent"
    rig.unplug()
    rig.plug()
    rig.unplug()
    rig.run(8000)
    assert rig.statuses() == ["Available", "Charging"]
    rig.run(3000)
    assert rig.statuses() == ["Available", "Charging", "Available"]


@pytest.mark.requirement(
    "SPEC 4.9", "a long MinimumStatusDuration delays every StatusNotification, that of a fault too"
)
def test_a_fault_is_delayed_too_and_an_error_code_of_a_lasting_status_is_not(make_rig):
    rig = durable(make_rig, 20)
    rig.run(30_000)
    rig.card_reader.lost = True
    rig.run(500)
    assert last(rig, 1)["errorCode"] == "ReaderFailure"
    rig.card_reader.lost = False
    rig.run(500)
    rig.plug()
    rig.unplug()
    rig.run(22_000)
    rig.rtc += 3600
    rig.card_reader.lost = True
    rig.run(500)
    assert last(rig, 1)["errorCode"] == "ReaderFailure"
    assert last(rig, 1)["timestamp"] == "2026-11-22T08:30:00Z", "not when a status that did not last was over"
    rig.emergency_stop.on = True
    rig.run(15_000)
    assert status(rig) == "Available"
    rig.run(7000)
    assert (status(rig, 0), status(rig)) == ("Faulted", "Faulted")


@pytest.mark.requirement("behaviour 4", "after an offline time the present status at once, not its history")
def test_after_an_offline_time_the_present_status_does_not_wait(make_rig):
    rig = durable(make_rig, 3600)
    rig.link.connected = False
    rig.plug()
    rig.run(500)
    rig.link.connected = True
    rig.run(1000)
    assert rig.statuses() == ["Available", "Preparing"]


# A vehicle that draws nothing, and a meter that is silent.


@pytest.mark.requirement("ERR 3.55", "Where nothing is drawn the status is SuspendedEV")
@pytest.mark.requirement(
    "SPEC 4.9", "C4, D3: where nothing is drawn the status is SuspendedEV, until the next pulse"
)
@pytest.mark.requirement("SPEC 7.7", "SuspendedEV while the relay is closed and the vehicle takes nothing")
@pytest.mark.requirement("behaviour 22", "SuspendedEVSE outranks SuspendedEV")
def test_a_vehicle_that_draws_nothing_is_suspended_ev_until_the_next_pulse(make_rig):
    rig = make_rig(OCPP_SUSPENDED_EV_SECONDS="60", OCPP_METER_VALUE_SAMPLE_INTERVAL="0")
    rig.charge()
    for _ in range(4):
        rig.meter.energy_wh += 1
        rig.wait(50)
    assert status(rig) == "Charging"
    rig.wait(12)
    assert status(rig) == rig.screen.state == rig.led.state == "SuspendedEV"
    assert last(rig, 1)["errorCode"] == "NoError"
    assert rig.relay.closed
    assert rig.screen.charging is not None
    rig.meter.energy_wh += 1
    rig.run(500)
    assert status(rig) == rig.screen.state == "Charging"
    rig.wait(61)
    assert status(rig) == "SuspendedEV"
    rig.cable.on = False
    rig.run(100)
    rig.cable.on = True
    rig.run(500)
    assert status(rig) == "SuspendedEVSE", "a glitch: the relay rests"
    rig.wait(12)
    assert rig.relay.closed
    assert status(rig) == "Charging"
    rig.wait(61)
    assert status(rig) == "SuspendedEV"
    rig.swipe()
    rig.run(500)
    assert status(rig) == "Finishing"


@pytest.mark.parametrize("why", ["0 is never", "no meter", "a lost meter"])
def test_without_a_meter_that_tells_nothing_is_said_of_the_vehicle(make_rig, why):
    rig = make_rig(
        OCPP_SUSPENDED_EV_SECONDS="0" if why == "0 is never" else "60",
        HARDWARE_METER_PULSES_PER_KWH="0" if why == "no meter" else "1000",
    )
    rig.meter.lost = why == "a lost meter"
    rig.charge()
    rig.wait(400)
    assert status(rig) == "Charging"


@pytest.mark.requirement(
    "SPEC 7.6", "PowerMeterFailure for a meter without a pulse: a warning, the charge goes on"
)
def test_a_meter_without_a_pulse_is_reported_and_the_charge_goes_on(make_rig):
    rig = make_rig(
        HARDWARE_METER_ALARM_MINUTES="2", OCPP_SUSPENDED_EV_SECONDS="60", OCPP_METER_VALUE_SAMPLE_INTERVAL="0"
    )
    rig.run(11_000)
    rig.wait(200)
    assert last(rig, 1)["errorCode"] == "NoError", "the relay is open: no pulse is expected"
    rig.plug()
    rig.swipe()
    rig.wait(70)
    assert (status(rig), last(rig, 1)["errorCode"]) == ("SuspendedEV", "NoError")
    rig.wait(60)
    # A meter that may have failed does not say what the vehicle takes.
    assert (status(rig), last(rig, 1)["errorCode"]) == ("Charging", "PowerMeterFailure")
    assert last(rig, 1)["info"] == "no pulse"
    assert status(rig, 0) == "Available"
    assert rig.relay.closed
    assert rig.interlock.fault is None
    rig.meter.energy_wh += 1
    rig.run(500)
    assert (status(rig), last(rig, 1)["errorCode"]) == ("Charging", "NoError")
    rig.wait(130)
    assert last(rig, 1)["errorCode"] == "PowerMeterFailure"
    rig.swipe()
    rig.run(500)
    assert (status(rig), last(rig, 1)["errorCode"]) == ("Finishing", "NoError")
