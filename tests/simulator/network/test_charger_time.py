# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where the charger, as deployed, gets its time from, and what it does not believe."""

import pytest
from chargerctl.central.conversation.script import Behaviour
from chargerctl.simulator.network.ntp import START_UNIX

BEYOND_2038_S = 400_000_000
BEFORE_2025_S = -100_000_000
UID = "04A2B3C4"


def set_by_ntp(charger):
    return charger.said("Z from NTP")


def rtc_is_right(charger):
    return abs(charger.board.rtc.unix() - charger.network.time.unix()) < 2


def charge(charger):
    charger.until(lambda: charger.scene.online and charger.scene.status == "Available", 120)
    charger.world.plug()
    charger.wait(2)
    charger.world.swipe(UID)
    charger.until(lambda: charger.world.relay_closed, 20)


@pytest.mark.parametrize("how", ["silent", "unsynchronised", "foreign"])
def test_a_time_server_that_misbehaves_sets_nothing_and_a_good_one_later_does(charger, how):
    charger.scene.central.script.add(
        "BootNotification", Behaviour(payload={"status": "Pending", "currentTime": "x", "interval": 900})
    )
    charger.network.ntp.behave(how)
    charger.on().wait(60)
    assert not set_by_ntp(charger)
    assert charger.said("ntp    No time from pool.ntp.org")
    charger.network.ntp.behave("up")
    charger.until(lambda: rtc_is_right(charger), 60)
    assert charger.said("loop") == []
    assert charger.resets == []


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("unsynchronised", "(not synchronised), next try in 10 s"),
        ("kiss", "(the server refuses requests: RATE), next try in 14400 s"),
        ("foreign", "(no answer), next try in 10 s"),
        ("silent", "(no answer), next try in 10 s"),
    ],
)
def test_the_log_says_what_is_wrong_with_a_time_server(charger, how, why):
    charger.network.ntp.behave(how)
    charger.on().wait(40)
    assert charger.said("ntp    No time from pool.ntp.org")[0].endswith(why)


def test_a_kiss_of_death_is_obeyed(charger):
    charger.network.ntp.behave("kiss")
    charger.on().wait(30)
    asked = charger.network.ntp.requests
    assert asked
    # Each of the other failures is followed by another request within 10 s.
    charger.wait(150)
    assert charger.network.ntp.requests == asked


def test_a_time_beyond_what_the_board_can_hold_is_not_believed_from_the_time_server(charger):
    charger.network.ntp.behave("wrong", BEYOND_2038_S)
    charger.on().wait(30)
    charger.until(lambda: charger.scene.status == "Available", 60)
    assert rtc_is_right(charger), "the central system's"
    assert charger.said("ntp    No time from pool.ntp.org (NTP response has an invalid timestamp)")
    assert charger.said("loop") == []


def test_nor_one_before_this_firmware(charger):
    charger.network.ntp.behave("wrong", BEFORE_2025_S)
    charger.on().wait(30)
    assert not set_by_ntp(charger)
    assert charger.said("clock  ignored a time outside 2025 to 2037 from NTP")
    assert charger.said("ntp    No time from pool.ntp.org (a time outside 2025 to 2037)")


def test_nor_from_the_central_system(charger):
    charger.network.ntp.behave("silent")
    charger.scene.central.script.add(
        "BootNotification",
        Behaviour(payload={"status": "Accepted", "currentTime": "2039-01-01T00:00:00Z", "interval": 900}),
    )
    charger.on()
    charger.until(lambda: charger.scene.status == "Available", 60)
    assert charger.said("clock  ignored a time outside 2025 to 2037 from the central system")
    assert charger.board.rtc.unix() < START_UNIX
    assert charger.said("loop") == []


def test_the_time_is_synchronised_during_a_charge_too(make_charger):
    charger = make_charger(ntp__sync_interval_minutes="1").on()
    charge(charger)
    before = charger.network.ntp.requests
    charger.wait(150)
    assert charger.world.relay_closed
    assert charger.network.ntp.requests >= before + 2


def test_a_silent_time_server_does_not_delay_the_relay(make_charger):
    charger = make_charger(ntp__sync_interval_minutes="1", safety__max_stall_ms="60000").on()
    charge(charger)
    charger.network.ntp.behave("silent")
    asked = charger.network.ntp.requests
    charger.until(lambda: charger.network.ntp.requests > asked, 90)
    charger.world.unplug()
    charger.wait(0.05)
    assert not charger.world.relay_closed
