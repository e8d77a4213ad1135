# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""No transaction that cannot draw energy: the relay rests for longer than the authorisation is valid, or within it."""

import pytest


@pytest.mark.parametrize("remote", [True, False], ids=["remote start", "card"])
@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"SAFETY_MIN_OFF_SECONDS": "80"}, "Relay Rests 79 s"),
        ({"SAFETY_MAX_CYCLES_PER_HOUR": "1"}, "Relay Rests 3598 s"),
    ],
)
def test_no_transaction_starts_that_could_not_draw_energy(make_rig, settings, shown, remote):
    rig = make_rig(**settings)
    rig.charge()
    rig.run(1000)
    rig.swipe()
    rig.run(1000)
    if remote:
        assert rig.call("RemoteStartTransaction", {"idTag": "app-1"})[2] == {"status": "Rejected"}
    else:
        rig.swipe()
        rig.run(500)
    assert rig.screen.notices[-1] == shown
    assert any(
        "state refused, the authorisation lapses before the relay may close: " in line
        for line in rig.log_lines
    )
    assert len(rig.calls("StartTransaction")) == 1
    assert rig.statuses()[-1] == "Finishing"


def test_while_the_relay_rests_within_the_authorisation_the_status_is_suspended_evse(make_rig):
    rig = make_rig(SAFETY_MIN_OFF_SECONDS="40")
    rig.charge()
    rig.swipe()
    rig.run(1000)
    rig.swipe()
    rig.run(1000)
    assert rig.statuses()[-1] == rig.screen.state == rig.led.state == "SuspendedEVSE"
    assert rig.screen.charging is not None
    rig.run(40_000)
    assert rig.relay.closed
    assert rig.statuses()[-4:] == ["Finishing", "Preparing", "SuspendedEVSE", "Charging"]


@pytest.mark.parametrize("rest", ["0", "10"])
def test_after_a_glitch_the_status_is_suspended_evse_until_the_relay_closes(make_rig, rest):
    rig = make_rig(SAFETY_MIN_OFF_SECONDS=rest)
    rig.charge()
    rig.cable.on = False
    rig.run(100)
    rig.cable.on = True
    rig.run(200)
    assert rig.statuses()[-1] == "SuspendedEVSE"
    rig.run(11_000)
    assert rig.relay.closed
    assert rig.statuses()[-3:] == ["Charging", "SuspendedEVSE", "Charging"]


def test_without_cycles_left_a_charge_that_a_glitch_interrupted_waits_for_the_next_one(make_rig):
    rig = make_rig(SAFETY_MAX_CYCLES_PER_HOUR="1", OCPP_METER_VALUE_SAMPLE_INTERVAL="0")
    rig.charge()
    rig.cable.on = False
    rig.run(100)
    rig.cable.on = True
    rig.run(60_000)
    assert not rig.relay.closed
    assert rig.statuses()[-1] == "SuspendedEVSE"
    assert not rig.calls("StopTransaction")
    rig.unplug()
    assert rig.statuses()[-1] == "Available"


def test_an_unplug_is_not_reported_as_suspended_evse(rig):
    rig.charge()
    rig.unplug()
    rig.run(1000)
    assert rig.statuses()[-2:] == ["Charging", "Available"]


@pytest.mark.parametrize(
    ("plugged", "delay_s", "charges"), [(True, 4, True), (True, 6, False), (False, 6, False)]
)
def test_an_answer_that_takes_longer_than_an_authorisation_is_valid_starts_nothing(
    make_rig, plugged, delay_s, charges
):
    rig = make_rig(
        OCPP_CONNECTION_TIMEOUT="5", OCPP_AUTHORIZE_TIMEOUT="5", SAFETY_STALE_AUTHORIZATION_SECONDS="6"
    )
    answer, rig.answers["Authorize"] = rig.answers["Authorize"], None
    rig.run(11_000)
    if plugged:
        rig.plug()
    rig.swipe()
    unique_id = rig.link.sent[-1][1]
    rig.run(delay_s * 1000)
    rig.link.deliver([3, unique_id, answer])
    rig.run(1000)
    if not plugged:
        rig.plug()
    assert rig.relay.closed is charges
    assert bool(rig.calls("StartTransaction")) is charges
    assert rig.screen.notices == ([] if charges else ["No Answer"])


def test_a_card_that_is_accepted_without_an_answer_can_still_charge(make_rig):
    """The wait for the answer leaves time to close the relay."""
    rig = make_rig(
        OCPP_CONNECTION_TIMEOUT="5",
        OCPP_AUTHORIZE_TIMEOUT="5",
        OCPP_OFFLINE_AUTHORIZATION="true",
        SAFETY_STALE_AUTHORIZATION_SECONDS="6",
    )
    rig.run(11_000)
    rig.plug()
    rig.answers["Authorize"] = None
    rig.swipe()
    rig.run(6000)
    assert rig.relay.closed


def test_who_plugs_in_when_the_authorisation_is_about_to_lapse_starts_no_empty_transaction(make_rig):
    rig = make_rig(OCPP_CONNECTION_TIMEOUT="20", SAFETY_STALE_AUTHORIZATION_SECONDS="20")
    rig.run(11_000)
    rig.swipe()
    rig.run(18_950)
    rig.plug()
    rig.run(1000)
    assert rig.screen.notices[-1] == "Try Again"
    assert not rig.calls("StartTransaction")
    rig.swipe()
    rig.run(500)
    assert rig.relay.closed
