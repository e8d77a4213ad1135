# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""After a stall the inputs are read again before they are used (the core, on a clock that jumps)."""

import pytest
from charger.ticks import add

STALLS_MS = pytest.mark.parametrize("stall_ms", [150, 500, 3000, 8000])


def stall(rig, ms):
    """Nothing runs for so long; then one pass."""
    rig.now = add(rig.now, ms)
    rig.step()


@STALLS_MS
def test_a_cable_that_stays_in_changes_nothing(rig, stall_ms):
    rig.charge()
    stall(rig, stall_ms)
    rig.run(2000)
    assert rig.relay.closed
    assert not rig.calls("StopTransaction")


@STALLS_MS
def test_a_cable_that_went_out_meanwhile_opens_the_relay_in_the_first_pass_and_is_one_unplug(rig, stall_ms):
    rig.charge()
    rig.cable.on = False
    stall(rig, stall_ms)
    assert not rig.relay.closed
    rig.run(250)
    assert not rig.calls("StopTransaction"), "it is confirmed from then on"
    rig.run(1000)
    assert [stop["reason"] for stop in rig.calls("StopTransaction")] == ["EVDisconnected"]


@STALLS_MS
def test_a_cable_that_came_meanwhile_settles_from_then_on(rig, stall_ms):
    rig.run(11_000)
    rig.cable.on = True
    rig.call("RemoteStartTransaction", {"idTag": "app-1"})
    stall(rig, stall_ms)
    rig.run(450)
    assert not rig.relay.closed
    rig.run(500)
    assert rig.relay.closed


@STALLS_MS
def test_a_service_button_held_over_it_clears_no_fault_that_came_meanwhile(rig, stall_ms):
    rig.run(11_000)
    rig.service_button.on = True
    rig.run(100)
    rig.emergency_stop.on = True
    stall(rig, stall_ms)
    rig.emergency_stop.on = False
    rig.run(1000)
    assert rig.interlock.fault == "EmergencyStop"


def latch_and_press(rig, stall_ms):
    """An emergency stop has latched, and the service button is down when the stall is over."""
    rig.run(11_000)
    rig.emergency_stop.on = True
    rig.run(100)
    rig.emergency_stop.on = False
    rig.service_button.on = True
    stall(rig, stall_ms)


@STALLS_MS
def test_a_service_button_pressed_meanwhile_is_read_again_before_it_is_believed(rig, stall_ms):
    latch_and_press(rig, stall_ms)
    assert rig.interlock.fault == "EmergencyStop"
    rig.run(10)
    assert rig.interlock.fault is None


@STALLS_MS
def test_a_level_that_is_gone_when_it_is_read_again_was_no_press(rig, stall_ms):
    latch_and_press(rig, stall_ms)
    rig.service_button.on = False
    rig.run(1000)
    assert rig.interlock.fault == "EmergencyStop"


@STALLS_MS
def test_an_emergency_stop_counts_from_its_first_sample(rig, stall_ms):
    rig.charge()
    rig.emergency_stop.on = True
    stall(rig, stall_ms)
    assert not rig.relay.closed
    assert rig.interlock.fault == "EmergencyStop"
    rig.run(1000)
    assert len(rig.calls("StopTransaction")) == 1
