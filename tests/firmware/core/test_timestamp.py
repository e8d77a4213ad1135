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


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T12:00:00Z",
        "2026-11-22t12:00:00z",
        "2026-11-22 12:00:00",
        "2026-11-22T12:00:00.999Z",
        "2026-11-22T13:30:00+01:30",
        "2026-11-22T07:00:00.5-0500",
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
        "2026-11-22T24:00:00Z",
        "2026-11-22T12:00:00+1",
        "+026-11-22T12:00:00Z",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="ISO 8601"):
        parse(text)


@given(st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2099, 12, 31)))
def test_what_was_written_is_read_back(moment):
    unix = int(moment.replace(tzinfo=datetime.timezone.utc).timestamp())
    assert parse(iso(unix)) == unix


@given(st.text())
def test_any_text_is_a_time_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        assert isinstance(parse(text), int)
