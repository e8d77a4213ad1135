# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Times as the central system writes them."""

import contextlib
import datetime

import pytest
from charger.clock import iso
from charger.timestamp import parse
from hypothesis import given
from hypothesis import strategies as st

NOON = 1795348800  # 2026-11-22T12:00:00Z


@pytest.mark.requirement("SPEC 3.15", "ISO 8601 with fractions and offsets is read")
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T12:00:00Z",
        "2026-11-22t12:00:00z",
        "2026-11-22 12:00:00",
        "2026-11-22T12:00:00.999Z",
        "2026-11-22T13:30:00+01:30",
        "2026-11-22T07:00:00.5-0500",
        "2026-11-22T12:00:00,25Z",
        "2026-11-22T12:00Z",
        "2026-11-22T12:00",
        "2026-11-22T14:00:00+02",
        "2026-11-22T14:00:00.123456789+0200",
        "2026-11-22T14:00+02",
        "2026-11-22t02:00:00,5-10:00",
        "2026-11-22T12:00:00-00:00",
        "2026-11-23T02:00:00+14:00",
    ],
)
def test_every_spelling_of_a_time_is_read(text):
    assert parse(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "noon",
        "2026-11-22",
        "2026-13-22T12:00:00Z",
        "2026-02-29T12:00:00Z",
        "2026-04-31T12:00:00Z",
        "2026-11-00T12:00:00Z",
        "2026-11-22T24:01:00Z",
        "2026-11-22T24:00:01Z",
        "2026-11-22T25:00:00Z",
        "2026-11-22T12:60:00Z",
        "2026-11-22T12:00:61Z",
        "2026-11-22T12:00:0Z",
        "2026-11-22T12:00:Z",
        "2026-11-22T12:00:00.Z",
        "2026-11-22T12:00.5Z",
        "2026-11-22T12Z",
        "2026-11-22T120000Z",
        "20261122T120000Z",
        "2026-W47-7T12:00:00Z",
        "2026-11-22T12:00:00+1",
        "2026-11-22T12:00:00+01:",
        "2026-11-22T12:00:00+01:6",
        "2026-11-22T12:00:00+01:60",
        "2026-11-22T12:00:00+24:00",
        "2026-11-22T12:00:00 +01:00",
        "2026-11-22T12:00:00ZZ",
        "2026-11-22T12:00:00UTC",
        "+026-11-22T12:00:00Z",
        "2026-11-22T12:00:00+0\uff11",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="ISO 8601"):
        parse(text)


def test_midnight_may_be_the_end_of_a_day_and_a_leap_second_the_last_of_one():
    midnight = parse("2026-11-23T00:00:00Z")
    assert parse("2026-11-22T24:00:00Z") == parse("2026-11-22T24:00Z") == midnight
    assert parse("2026-11-22T23:59:60Z") == midnight


@pytest.mark.parametrize("text", ["2028-02-29T12:00:00Z", "2026-12-31T12:00:00Z", "2000-02-29T12:00:00Z"])
def test_the_last_day_of_a_month_is_read(text):
    assert iso(parse(text)) == text


@pytest.mark.requirement("SPEC 3.14", "Times are written in UTC")
@given(st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2099, 12, 31)))
def test_what_was_written_is_read_back(moment):
    unix = int(moment.replace(tzinfo=datetime.UTC).timestamp())
    assert parse(iso(unix)) == unix


@given(st.text())
def test_any_text_is_a_time_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        assert isinstance(parse(text), int)
