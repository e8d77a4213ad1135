# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The contactor by its auxiliary contact: it must follow the relay, and a cable is not freed while it is closed."""

import pytest
from charger.contactor import STUCK_CLOSED, STUCK_OPEN
from charger.stalls import UNBOUNDED, Stalls

FEEDBACK_MS = 300


@pytest.fixture
def measured(make_rig):
    return make_rig(measured=True)


def press_service(rig):
    rig.service_button.on = True
    rig.run(50)
    rig.service_button.on = False
    rig.run(50)


def reported(rig):
    """(status, errorCode, info) of the last StatusNotification of each connector."""
    last = {}
    for each in rig.calls("StatusNotification"):
        last[each["connectorId"]] = (each["status"], each["errorCode"], each.get("info"))
    return last


def welded_while_charging(rig, ms=1000):
    """The same card ends the charge, and the contactor does not open."""
    rig.charge()
    rig.contactor.stuck = True
    rig.swipe()
    assert not rig.relay.closed
    rig.run(ms)


def test_a_contactor_that_follows_is_an_ordinary_session(measured):
    measured.charge()
    measured.swipe()
    measured.run(500)
    assert not measured.lock.engaged
    measured.unplug()
    assert measured.statuses() == ["Available", "Preparing", "Charging", "Finishing", "Available"]
    assert measured.interlock.fault is None


@pytest.mark.parametrize("stuck", [True, False])
def test_one_that_does_not_follow_in_time_is_a_power_switch_failure_of_both_connectors(measured, stuck):
    measured.charge()
    measured.contactor.stuck = stuck
    if stuck:
        measured.swipe()
        assert not measured.relay.closed
        measured.run(FEEDBACK_MS - 30)
    else:
        measured.run(FEEDBACK_MS)
        assert measured.relay.closed
    assert measured.interlock.fault is None
    measured.run(50)
    assert not measured.relay.closed
    text = STUCK_CLOSED if stuck else STUCK_OPEN
    assert measured.interlock.fault == text
    measured.run(1000)
    assert reported(measured) == dict.fromkeys((0, 1), ("Faulted", "PowerSwitchFailure", text))
    (stop,) = measured.calls("StopTransaction")
    assert stop["reason"] == ("Local" if stuck else "Other")


@pytest.mark.parametrize("ms", [50, 300, 2000])
def test_the_time_it_may_take_is_the_settings(make_rig, ms):
    rig = make_rig(measured=True, SAFETY_FEEDBACK_MS=str(ms))
    rig.charge()
    rig.contactor.stuck = False
    rig.run(ms)
    assert rig.relay.closed
    rig.run(10)
    assert not rig.relay.closed


@pytest.mark.parametrize("charging", [True, False])
def test_a_contact_that_bounces_latches_nothing(measured, charging):
    if charging:
        measured.charge()
    else:
        measured.run(11_000)
    for _ in range(10):
        measured.contactor.stuck = not charging
        measured.run(FEEDBACK_MS - 10)
        measured.contactor.stuck = None
        measured.run(5)
    assert measured.interlock.fault is None
    assert measured.relay.closed is charging


def test_one_that_opens_late_but_in_time_latches_nothing_even_if_it_closed_late(measured):
    """Each movement has its own time."""
    measured.run(11_000)
    measured.plug()
    measured.contactor.stuck = False
    measured.swipe()
    measured.run(400)
    assert measured.relay.closed
    measured.contactor.stuck = True
    measured.swipe()
    assert not measured.relay.closed
    measured.run(FEEDBACK_MS - 60)
    measured.contactor.stuck = None
    measured.run(1000)
    assert measured.interlock.fault is None


def test_a_stall_that_hides_the_contact_is_no_failure(measured):
    measured.charge()
    measured.contactor.stuck = False
    measured.now += 3000
    measured.step()
    assert measured.relay.closed
    measured.contactor.stuck = None
    measured.run(1000)
    assert measured.interlock.fault is None


# Welded.


def test_the_relay_does_not_close_while_the_contactor_is_closed(measured):
    measured.run(11_000)
    measured.plug()
    measured.swipe()
    measured.contactor.stuck = True
    measured.run(FEEDBACK_MS - 20)
    assert measured.interlock.fault is None
    assert not measured.relay.closed
    measured.run(35_000)
    assert not measured.relay.closed
    assert measured.lock.engaged, "it was locked already when the contactor closed"


def test_a_welded_contactor_is_on_the_display_until_it_opens(measured):
    welded_while_charging(measured)
    assert measured.screen.welded
    measured.contactor.stuck = None
    measured.run(1000)
    assert not measured.screen.welded
    assert measured.screen.state == "Faulted"


def test_a_cable_is_not_freed_while_the_contactor_is_measured_closed(measured):
    welded_while_charging(measured)
    for event in (measured.swipe, measured.unplug, lambda: press_service(measured)):
        event()
        measured.run(5000)
        assert measured.lock.engaged
    measured.contactor.stuck = None
    measured.run(90)
    assert measured.lock.engaged
    measured.run(30)
    assert not measured.lock.engaged


def test_no_restart_frees_a_cable_under_load(measured):
    welded_while_charging(measured)
    for kind in ("Hard", "Soft"):
        assert measured.call("Reset", {"type": kind}, kind)[2] == {"status": "Rejected"}
    measured.run(35_000)
    assert not measured.reboots
    assert measured.interlock.holds_cable
    measured.contactor.stuck = None
    measured.run(1000)
    assert not measured.interlock.holds_cable
    assert measured.call("Reset", {"type": "Hard"}, "again")[2] == {"status": "Accepted"}
    measured.run(1000)
    assert measured.reboots


@pytest.mark.requirement("SPEC 9.1.22", "A reset that cannot happen yet waits, and needs no second try")
@pytest.mark.parametrize("kind", ["Hard", "Soft"])
def test_a_restart_that_is_under_way_waits_until_the_contactor_has_opened(measured, kind):
    measured.charge()
    measured.contactor.stuck = True
    assert measured.call("Reset", {"type": kind})[2] == {"status": "Accepted"}
    measured.run(35_000)
    assert not measured.relay.closed
    assert not measured.reboots
    assert measured.lock.engaged
    measured.contactor.stuck = None
    measured.run(1000)
    assert measured.reboots


def test_without_a_bolt_nothing_prevents_a_restart(measured):
    measured.lock.fitted = False
    welded_while_charging(measured)
    assert measured.call("Reset", {"type": "Soft"})[2] == {"status": "Accepted"}
    measured.run(1000)
    assert measured.reboots
    assert measured.store.fault == STUCK_CLOSED


def test_what_blocks_waits_while_a_cable_is_about_to_be_freed_and_under_load_only_for_what_may_reset_the_board(
    measured,
):
    stalls = Stalls(measured.relay, 250, 8, measured.log)
    stalls.follow(measured.interlock)
    welded_while_charging(measured)
    assert measured.lock.engaged
    assert stalls.allow(5000)
    assert not stalls.allow(UNBOUNDED)
    measured.contactor.stuck = None
    measured.run(50)
    assert measured.lock.engaged
    assert not stalls.allow(5000)
    assert not stalls.allow(UNBOUNDED)
    measured.run(100)
    assert not measured.lock.engaged
    assert stalls.allow(UNBOUNDED)


def test_at_the_start_a_closed_contact_is_a_fault_in_the_first_pass(make_rig):
    rig = make_rig(measured=True, SAFETY_FEEDBACK_MS="2000")
    rig.contactor.stuck = True
    rig.run(5)
    assert rig.interlock.fault == STUCK_CLOSED
    assert rig.screen.welded
    rig.run(2000)
    assert rig.statuses() == ["Faulted"]


def test_after_a_reload_the_contactor_has_its_time_to_open(make_rig):
    measured = make_rig(measured=True, reason="reload")
    measured.contactor.stuck = True
    measured.run(FEEDBACK_MS - 10)
    assert measured.interlock.fault is None
    measured.contactor.stuck = None
    measured.run(1000)
    assert measured.interlock.fault is None


def test_a_weld_comes_before_a_fault_that_was_there_already(measured):
    measured.charge()
    measured.contactor.stuck = True
    measured.emergency_stop.on = True
    measured.run(100)
    assert reported(measured)[1][1:] == ("OtherError", "EmergencyStop")
    measured.run(1000)
    assert measured.calls("StopTransaction")[0]["reason"] == "EmergencyStop"
    assert reported(measured)[1] == ("Faulted", "PowerSwitchFailure", STUCK_CLOSED)


def test_any_other_first_fault_is_kept(measured):
    measured.charge()
    measured.interlock.latch("InternalError")
    measured.emergency_stop.on = True
    measured.run(1000)
    assert measured.interlock.fault == "InternalError"


def test_min_off_counts_from_the_measured_opening(make_rig):
    rig = make_rig(measured=True, SAFETY_MIN_OFF_SECONDS="2", SAFETY_FEEDBACK_MS="2000")
    rig.charge()
    rig.contactor.stuck = True
    rig.cable.on = False
    rig.run(10)
    rig.cable.on = True
    rig.run(1500)
    rig.contactor.stuck = None
    rig.run(1900)
    assert not rig.relay.closed
    rig.run(200)
    assert rig.relay.closed


def test_lock_and_rest_count_from_the_last_opening_that_was_measured(make_rig):
    """It opened in time, closed again, and opens for the second time much later."""
    rig = make_rig(measured=True, SAFETY_RELAY_SETTLE_MS="2000", SAFETY_MIN_OFF_SECONDS="20")
    rig.charge()
    rig.swipe()
    rig.run(500)
    rig.contactor.stuck = True
    rig.run(30_000)
    rig.contactor.stuck = None
    rig.run(1900)
    assert rig.lock.engaged
    rig.run(200)
    assert not rig.lock.engaged
    press_service(rig)
    assert rig.interlock.fault is None
    rig.swipe()
    rig.run(17_500)
    assert not rig.relay.closed
    rig.run(1000)
    assert rig.relay.closed


def test_a_contact_that_chatters_frees_no_cable(measured):
    welded_while_charging(measured)
    for _ in range(20):
        measured.contactor.stuck = None
        measured.run(90)
        measured.contactor.stuck = True
        measured.run(5)
        assert measured.lock.engaged
    measured.contactor.stuck = None
    measured.run(110)
    assert not measured.lock.engaged
