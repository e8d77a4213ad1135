# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What can happen to a charger's network in virtual time, and what the charger makes of it."""

import pytest
from chargerctl.fleet.firmware.firmware import Firmware

from tests.fleet import OneCharger


@pytest.fixture(scope="module")
def firmware():
    return Firmware()


@pytest.fixture
def one(firmware):
    charger = OneCharger(firmware=firmware)
    charger.charger.power(True)
    charger.run_for(30)
    assert charger.charger.connected
    return charger


def console(one):
    return [each["text"] for each in one.events if each["kind"] == "console"]


def test_its_clock_is_set_by_the_time_server(one):
    assert "ntp    Time from pool.ntp.org" in console(one)
    assert one.frames("out")[1][3]["timestamp"] == "2026-11-22T07:30:13Z"


def test_without_an_access_point_it_is_lost_when_beacons_stay_away(one):
    one.network.wifi(False)
    one.run_for(5)
    assert one.charger.connected
    one.run_for(5)
    assert not one.charger.connected
    one.network.wifi(True)
    one.run_for(60)
    assert one.charger.connected
    assert console(one).count("wifi   Connection to simulated lost") == 1


def test_a_broker_that_goes_is_noticed_at_once_and_new_connections_are_refused(one):
    one.network.broker(False)
    one.run_for(5)
    assert not one.charger.connected
    assert any("connection refused" in text for text in console(one))
    one.network.broker(True)
    one.run_for(70)
    assert one.charger.connected


def test_silence_is_noticed_by_a_ping_without_an_answer(one):
    one.network.silent(True)
    one.run_for(2)
    assert one.charger.connected
    one.run_for(120)
    assert not one.charger.connected
    one.network.silent(False)
    one.run_for(120)
    assert one.charger.connected


def test_a_half_open_connection_is_replaced(one):
    one.network.half_open()
    one.run_for(180)
    assert one.charger.connected
    assert any("no answer to a ping" in text for text in console(one))


def test_over_a_slow_connection_everything_arrives(one):
    one.network.slow(400)
    one.charger.cable.on = True
    one.charger.stir()
    one.run_for(20)
    assert one.frames("out")[-1][3]["status"] == "Preparing"
    assert one.frames("in")[-1][2] == {}


def test_healed_it_all_works_again(one):
    one.network.wifi(False)
    one.network.broker(False)
    one.network.silent(True)
    one.run_for(60)
    one.network.heal()
    one.run_for(120)
    assert one.charger.connected
