# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Scripts on chargers of a fleet, in virtual time."""

from pathlib import Path

import pytest
from chargerctl.simulator.script.language import parse

from tests.fleet import OneCharger


def play(*lines, **options):
    charger = OneCharger(**options)
    charger.play(parse("\n".join(lines), "a.script", Path(), fleet=True))
    return charger


def test_a_session_from_the_card_to_the_cable():
    charger = play(
        "expect status Available within 30",
        "plug",
        "meter 7.2",
        "swipe 04A1B2C3",
        "expect relay closed",
        "expect contact closed",
        "expect lock locked",
        "wait 600",
        "swipe 04A1B2C3",
        "expect call out StopTransaction",
        "expect lock unlocked",
        "unplug",
        "expect status Available",
    )
    (stop,) = (each for each in charger.frames("out") if each[2] == "StopTransaction")
    assert stop[3]["meterStop"] == pytest.approx(1200, abs=3)


def test_a_line_that_does_not_hold_is_named_with_what_was_there_instead():
    with pytest.raises(AssertionError, match=r"a\.script:2: expect relay closed within 3: the relay is open"):
        play("expect status Available within 30", "expect relay closed within 3")


def test_a_line_for_another_charger_is_not_carried_out():
    charger = play("expect status Available within 30", "at 0% of chargers: plug", "wait 10")
    assert not charger.charger.cable.on


@pytest.mark.parametrize("fault", ["wifi down", "broker down", "link half-open"])
def test_what_happened_while_it_was_cut_off_is_delivered(fault):
    heals = {"wifi down": "wifi up", "broker down": "broker up", "link half-open": "link up"}[fault]
    play(
        "expect status Available within 30",
        "plug",
        "swipe 04A1B2C3",
        "expect result in StartTransaction",
        "expect relay closed",
        fault,
        "wait 100",
        "unplug",
        "expect relay open",
        "expect no call out StopTransaction for 5",
        heals,
        "expect result in StopTransaction within 120",
    )


def test_a_setting_is_loaded_once_nothing_is_charging():
    play(
        "expect status Available within 30",
        "plug",
        "swipe 04A1B2C3",
        "expect relay closed",
        "set ocpp.heartbeat_interval=20",
        "expect no call out BootNotification for 30",
        "swipe 04A1B2C3",
        "unplug",
        "expect call out BootNotification within 60",
    )


def test_a_second_card_waits_for_the_first():
    charger = play("expect status Available within 30", "swipe 04A1B2C3", "swipe 04DEADBE", "wait 3")
    cards = [each["text"] for each in charger.events if each["kind"] == "console" and "card " in each["text"]]
    assert [text.split()[1] for text in cards[:2]] == ["04A1B2C3", "04DEADBE"]
