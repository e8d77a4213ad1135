# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger, as deployed, on a network that leaves it hanging: it waits without resetting, or it comes back by itself."""

import pytest


def test_a_name_server_that_is_silent_for_five_minutes_resets_nothing(charger):
    charger.network.faults.dns_hangs = True
    charger.on().wait(300)
    assert charger.resets == []
    assert charger.said("(name not found, no answer from name server 10.0.0.1)")
    assert charger.said("loop") == []
    charger.network.faults.dns_hangs = False
    charger.serves()


def test_nor_does_one_that_falls_silent_later_or_while_a_car_charges(charger):
    charger.on().serves()
    charger.world.plug()
    charger.wait(2)
    charger.world.swipe("04A2B3C4")
    charger.until(lambda: charger.world.relay_closed, 20)
    charger.network.faults.dns_hangs = True
    charger.network.broker(False)
    charger.wait(120)
    assert charger.world.relay_closed
    charger.network.broker(True)
    charger.until(lambda: charger.scene.online, 90)
    assert charger.world.relay_closed
    assert charger.resets == []


def test_a_lost_question_is_asked_again(charger):
    charger.network.faults.drop_datagrams = True
    # It has loaded, and asked.
    charger.on().wait(12)
    charger.network.faults.drop_datagrams = False
    charger.until(lambda: charger.scene.online, 6)
    assert not charger.said("name not found")


def test_a_name_that_does_not_exist_and_a_network_without_name_server_are_said(charger):
    charger.network.faults.dns_fails = True
    charger.on().wait(20)
    assert charger.said("mqtt   Broker broker.simulated:1883 not reachable (name not found, no such name)")
    assert charger.said("ntp    No time from pool.ntp.org (no such name)")
    charger.network.heal()
    charger.network.access_point.names_no_dns = True
    charger.board.reset("button")
    charger.wait(20)
    assert charger.said("(name not found, the Wi-Fi network has announced no name server)")
    charger.network.heal()
    charger.serves()


def test_a_broker_in_local_is_found_without_a_name_server(make_charger):
    charger = make_charger(mqtt__broker="homeassistant.local", ntp__server="10.0.0.1")
    charger.network.access_point.names_no_dns = True
    charger.on().serves()


@pytest.mark.parametrize("watchdog_seconds", [2, 8])
def test_dhcp_that_hangs_for_five_minutes_is_no_crash_and_wears_no_flash(make_charger, watchdog_seconds):
    """An ESP32 blocks until it gets an address, and its watchdog resets it over and over."""
    charger = make_charger(safety__watchdog_seconds=str(watchdog_seconds))
    charger.network.access_point.dhcp_hangs = True
    charger.on().wait(300)
    # A minute each, in which the charger works.
    assert len(charger.resets) >= 4
    assert set(charger.resets) == {"watchdog"}
    assert not charger.said("ten crashes in a row")
    # The first start is marked, the first reset is counted, then nvm has that joining blocks.
    assert charger.board.nvm.writes == 3
    charger.network.access_point.dhcp_hangs = False
    charger.serves()
    resets = len(charger.resets)
    charger.wait(90)
    assert len(charger.resets) == resets
    # It goes on, and after a healthy minute the crash is forgotten.
    assert charger.board.nvm.writes == 5


def test_a_charger_that_is_well_writes_nothing_when_it_joins(make_charger):
    charger = make_charger().on()
    for _ in range(5):
        charger.until(lambda: charger.scene.online, 120)
        charger.network.access_point.refuses = True
        charger.network.station.kicked()
        charger.wait(30)
        charger.network.access_point.refuses = False
    assert charger.board.nvm.writes == 1, "the mark of the first start"


def test_other_crashes_still_count(make_charger):
    charger = make_charger()
    charger.network.access_point.dhcp_hangs = True
    charger.on().wait(60)
    charger.network.access_point.dhcp_hangs = False
    charger.until(lambda: charger.scene.online, 120)
    # That took more than the healthy minute after which all is forgotten.
    for _ in range(10):
        charger.board.reset("watchdog")
        charger.wait(6)
    assert not charger.said("ten crashes in a row")
    charger.board.reset("watchdog")
    charger.wait(6)
    assert charger.said("ten crashes in a row")


@pytest.mark.parametrize(
    "watchdog_seconds", [2, 8, *(pytest.param(seconds, marks=pytest.mark.soak) for seconds in (4, 5))]
)
@pytest.mark.parametrize("tls", [False, True])
def test_no_broker_makes_any_watchdog_reset_the_board(make_charger, watchdog_seconds, tls):
    charger = make_charger(
        safety__watchdog_seconds=str(watchdog_seconds),
        mqtt__tls=str(tls).lower(),
        ntp__sync_interval_minutes="1",
    )
    charger.network.faults.syn_black_hole = True
    charger.network.ntp.silent = True
    charger.on().wait(60)
    charger.network.faults.syn_black_hole = False
    charger.scene.broker.faults.silent = True
    charger.wait(90)
    charger.network.heal()
    charger.scene.broker.faults.silent = False
    charger.wait(90)
    assert charger.resets == []
    assert charger.scene.online == (not tls or watchdog_seconds >= 5)
    if tls and watchdog_seconds < 5:
        assert charger.said("[mqtt] tls needs [safety] watchdog_seconds of at least 5")
