# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Days of a zone: where the clocks change, too."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from chargerctl.central.days import days_between, midnight

BERLIN = ZoneInfo("Europe/Berlin")


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def test_days_are_those_of_the_zone():
    moment = datetime.fromisoformat("2026-06-30T22:30:00+00:00").timestamp()
    assert days_between(moment, moment, BERLIN, 9).dates == (date(2026, 7, 1),)
    assert days_between(moment, moment, ZoneInfo("America/New_York"), 9).dates == (date(2026, 6, 30),)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-28", 24),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Africa/Cairo", "2026-04-24", 23),  # begins at 01:00
        ("Africa/Cairo", "2026-10-29", 25),  # its last hour comes twice
        ("America/Havana", "2026-11-01", 25),  # its first hour comes twice
        ("Pacific/Apia", "2011-12-30", 0),  # there was none
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone, day, hours):
    begin = midnight(date.fromisoformat(day), ZoneInfo(zone))
    days = days_between(begin - 1, begin + 40 * 3600, ZoneInfo(zone), 9)
    there = days.dates.index(date.fromisoformat(day))
    assert (days.begins[there + 1] - days.begins[there]) / 3600 == hours


def test_of_too_many_days_the_last_ones_count():
    days = days_between(at("2010-01-01"), at("2026-11-26T12:00"), BERLIN, 92)
    assert (len(days.dates), days.dates[-1]) == (92, date(2026, 11, 26))
    assert (days.begins[-2], days.begins[-1]) == (at("2026-11-26"), at("2026-11-27"))


def test_an_end_before_the_beginning_is_one_day():
    assert days_between(at("2026-11-26T12:00"), at("2026-11-01"), BERLIN, 92).dates == (date(2026, 11, 26),)
