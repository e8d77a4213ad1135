# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which text is where, without a display."""

import pytest
from charger.hardware import screen
from charger.hardware.screen import Screen

SERIAL = "esp32c6-charger-1a2b3c"


def texts(made: Screen) -> list[str]:
    return [text for text in map(made.text, range(screen.FIELDS)) if text]


@pytest.fixture
def live() -> Screen:
    made = Screen("esp32c6 charger 001", "0.1.0", SERIAL)
    made.go_live()
    made.follow("Available", "192.168.100.200", "2026-11-22 07:30")
    return made


def test_the_start_up_page_has_version_name_and_the_whole_serial() -> None:
    made = Screen("esp32c6 charger 001", "0.1.0", SERIAL)
    assert texts(made) == ["   chargerctl 0.1.0", "esp32c6 charger 001", "esp32c6-charger-", "1a2b3c"]


def test_the_live_page_has_serial_state_address_and_time(live: Screen) -> None:
    assert texts(live) == ["..charger-1a2b3c", "Available", "192.168.100.200", "2026-11-22 07:30"]


def test_without_address_and_time_it_says_so(live: Screen) -> None:
    live.follow("Available", None, None)
    assert texts(live)[2:] == ["Not Connected", "Time Not Synced"]


def test_a_contactor_that_is_stuck_closed_comes_before_every_other_text_of_the_band(live: Screen) -> None:
    live.set_notice("Rejected")
    live.follow("Faulted", "192.168.100.200", None, True)
    assert texts(live)[1:3] == ["POWER MAY STILL BE ON", "SWITCH OFF AT BREAKER"]
    live.follow("Faulted", "192.168.100.200", None, False)
    assert texts(live)[1] == "Rejected"


def test_a_contactor_that_is_stuck_closed_is_on_the_start_up_page_too() -> None:
    made = Screen("esp32c6 charger 001", "0.1.0", SERIAL)
    made.follow("Faulted", None, None, True)
    assert texts(made)[1:3] == ["POWER MAY STILL BE ON", "SWITCH OFF AT BREAKER"]


def test_while_charging_energy_and_elapsed_time_join_without_anything_lost(live: Screen) -> None:
    live.follow("Charging", "192.168.100.200", "2026-11-22 07:30")
    live.set_charge(1234, 754)
    assert texts(live) == [
        "..charger-1a2b3c",
        "Charging",
        "1.234 kWh     0:12:34",
        "192.168.100.200 07:30",
    ]


def test_while_charging_an_unknown_time_is_still_said(live: Screen) -> None:
    live.follow("Charging", None, None)
    live.set_charge(0, 0)
    assert texts(live) == ["Time Not Synced", "Charging", "0.000 kWh     0:00:00", "Not Connected"]


def test_after_the_charge_the_page_is_as_before(live: Screen) -> None:
    before = texts(live)
    live.set_charge(1, 1)
    live.set_charge(None, None)
    assert texts(live) == before


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Faulted", screen.ODD),
        ("Charging", screen.EVEN),
        ("Authorizing", screen.SINGLE),
        ("Unavailable", screen.SINGLE),
    ],
)
def test_a_state_is_doubled_where_it_fits(live: Screen, text: str, field: int) -> None:
    live.follow(text, None, None)
    filled = [number for number in range(screen.EVEN, screen.LOWER + 1) if live.text(number)]
    assert filled == [field]


def test_a_notice_stands_instead_of_the_state_until_it_is_taken_away(live: Screen) -> None:
    live.set_notice("Rejected")
    assert "Rejected" in texts(live)
    assert "Available" not in texts(live)
    live.set_notice(None)
    assert "Available" in texts(live)


def test_a_long_notice_takes_two_lines_and_ends_in_dots() -> None:
    assert screen.split("CHARGER_MQTT_BROKER is missing: the charger stays Unavailable") == (
        "CHARGER_MQTT_BROKER",
        "is missing: the cha..",
    )
    assert screen.split("x" * 30) == ("x" * 21, "x" * 9)


@pytest.mark.parametrize("length", range(1, 26))
def test_every_serial_fits_and_is_whole_on_the_start_up_page(length: int) -> None:
    for serial in ("abcdefghijklmnopqrstuvwxy"[:length], "ab-def_hij.lmn-pqr-tuv-xy"[:length]):
        upper, lower = screen.parted(serial)
        assert upper + lower == serial
        assert max(len(upper), len(lower), len(screen.shorten(serial))) <= screen.COLUMNS


def test_a_long_serial_keeps_its_end() -> None:
    assert screen.shorten("abcdefghijklmnopqrstuvwxy") == "..ghijklmnopqrstuvwxy"


def test_a_name_of_fifty_characters_fits_in_the_band() -> None:
    made = Screen("The charger behind the house of my grandparents, 1", "0.1.0", "s")
    assert texts(made)[1:3] == ["The charger behind", "the house of my gra.."]


@pytest.mark.parametrize(
    ("wh", "seconds", "line"),
    [
        (0, 59, "0.000 kWh     0:00:59"),
        (99_999, 3600, "99.999 kWh    1:00:00"),
        (1_234_567, 360_000, "1234.567 kWh100:00:00"[:12] + " 100:00:00"),
    ],
)
def test_energy_and_time_in_one_line(wh: int, seconds: int, line: str) -> None:
    assert screen.spread(screen.energy(wh), screen.elapsed(seconds)) == line


def test_only_what_changed_is_stale(live: Screen) -> None:
    live.stale = 0
    live.follow("Available", "192.168.100.200", "2026-11-22 07:30")
    live.set_charge(None, None)
    live.set_notice(None)
    assert live.stale == 0
    live.set_charge(1, 1)
    live.stale = 0
    live.set_charge(1, 2)
    assert live.stale == 1 << screen.MIDDLE
