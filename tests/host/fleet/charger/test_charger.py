# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger: power and resets, what outlasts them, and when it is stepped."""

import pytest
from chargerctl.fleet.firmware.firmware import Firmware

from tests.fleet import OneCharger

_CARD = "04A1B2C3"


@pytest.fixture(scope="module")
def firmware():
    return Firmware()


@pytest.fixture
def one(firmware):
    charger = OneCharger(firmware=firmware)
    charger.charger.power(True)
    return charger


def actions(one):
    return [frame[2] for frame in one.frames("out") if frame[0] == 2]


def charge(one):
    one.run_for(30)
    one.charger.cable.on = True
    one.charger.meter.power(3600)
    one.charger.stir()
    one.run_for(2)
    one.charger.reader.card = _CARD
    one.charger.stir()
    one.run_for(5)
    one.charger.reader.card = None
    assert one.charger.relay.closed


def test_it_takes_a_board_s_time_to_start(one):
    one.run_for(12)
    assert one.charger.powered
    assert one.charger.core is None
    one.run_for(3)
    assert one.charger.connected
    assert actions(one)[0] == "BootNotification"


def test_a_power_cut_opens_the_relay_and_ends_the_transaction_afterwards(one):
    charge(one)
    one.charger.power(False)
    assert not one.charger.relay.closed
    assert not one.charger.connected
    one.run_for(60)
    one.charger.power(True)
    one.run_for(60)
    (stop,) = (frame for frame in one.frames("out") if frame[2] == "StopTransaction")
    assert stop[3]["reason"] == "PowerLoss"
    assert one.charger.unconfirmed == 0


def test_a_power_cut_costs_no_more_than_the_energy_since_the_checkpoint(one):
    charge(one)
    # Of a minute there would be 400 Wh.
    one.charger.meter.power(24_000)
    one.run_for((1030 - one.charger.meter.energy_wh) / 24 * 3.6)
    one.charger.power(False)
    assert one.charger.meter.energy_wh == pytest.approx(1030, abs=2)
    one.charger.power(True)
    one.run_for(60)
    (stop,) = (frame for frame in one.frames("out") if frame[2] == "StopTransaction")
    assert stop[3]["meterStop"] == 1000


def test_power_that_is_switched_twice_is_switched_once(one):
    one.run_for(20)
    one.charger.power(True)
    one.run_for(20)
    assert actions(one).count("BootNotification") == 1
    one.charger.power(False)
    one.charger.power(False)
    one.run_for(20)
    assert actions(one).count("BootNotification") == 1


def test_a_reset_while_it_starts_begins_anew(one):
    one.run_for(10)
    one.charger.reset("button")
    one.run_for(10)
    assert one.charger.core is None
    one.run_for(5)
    assert actions(one).count("BootNotification") == 1


def test_without_power_nothing_happens(one):
    one.charger.power(False)
    one.charger.cable.on = True
    one.charger.stir()
    one.charger.reset("button")
    one.run_for(100)
    assert one.frames("out") == []


def test_a_cut_is_heard_by_the_broker_only_when_the_keep_alive_is_over(one):
    words = []
    one.run_for(20)
    one.broker.listen("/charger/+/connection", lambda topic, payload: words.append(payload))
    one.charger.power(False)
    one.run_for(5)
    assert words == [b"online"]
    one.run_for(200)
    assert words == [b"online", b"offline"]


def test_its_ids_are_made_of_what_it_is_given(firmware):
    def ids():
        one = OneCharger(firmware=firmware)
        one.charger.urandom = lambda size: b"\x07" * size
        one.charger.power(True)
        one.run_for(20)
        return [frame[1] for frame in one.frames("out")]

    assert ids() == ids()
    assert ids()[0].startswith("07" * 8)


def test_a_setting_holds_from_the_next_start_on(one):
    one.run_for(20)
    one.charger.set("CHARGER_OCPP_HEARTBEAT_INTERVAL", "20")
    one.charger.reload()
    one.run_for(60)
    assert actions(one).count("BootNotification") == 2


def test_an_idle_charger_is_rarely_stepped(one):
    one.run_for(100)
    passes = []
    run_pass = one.charger._loop.run_pass
    one.charger._loop.run_pass = lambda: (passes.append(1), run_pass())
    one.run_for(600)
    # Every 5 ms would be 120,000.
    assert len(passes) < 600


def test_a_vehicle_that_draws_again_is_noticed_at_the_first_pulse(one):
    charge(one)
    one.charger.meter.power(0)
    one.charger.stir()
    one.run_for(600)
    one.charger.meter.power(3600)
    one.run_for(2)
    statuses = [frame[3]["status"] for frame in one.frames("out") if frame[2] == "StatusNotification"]
    assert statuses[-2:] == ["SuspendedEV", "Charging"]


def test_diagnostics_are_not_uploaded_and_nobody_waits_for_it(one):
    one.run_for(20)
    one.network.ip.to_charger(
        one.central.call("GetDiagnostics", {"location": "http://files.example/", "retries": 0})
    )
    one.run_for(60)
    told = [frame[3]["status"] for frame in one.frames("out") if frame[2] == "DiagnosticsStatusNotification"]
    assert told[-1] == "UploadFailed"
