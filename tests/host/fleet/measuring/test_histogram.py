# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The histogram: right to 3 %, whatever its values, and the same in parts."""

import json

from chargerctl.fleet.measuring.histogram import Histogram
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.lists(st.integers(0, 3_600_000_000), min_size=1, max_size=60)


def of(values):
    histogram = Histogram()
    for each in values:
        histogram.add(each)
    return histogram


@given(VALUES, st.sampled_from([0.01, 0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_right_to_three_percent(values, share):
    rank = min(max(-(-len(values) * int(share * 100) // 100), 1), len(values))
    right = sorted(values)[rank - 1]
    found = of(values).at(share)
    assert right <= found <= right * 1.0313 + 1


@given(VALUES, VALUES)
def test_parts_make_the_whole(one, other):
    merged = of(one)
    merged.merge(of(other))
    assert merged.to_json() == of(one + other).to_json()
    assert merged.count == len(one) + len(other)


@given(VALUES)
def test_it_is_plain_json(values):
    copy = Histogram.from_json(json.loads(json.dumps(of(values).to_json())))
    assert copy.to_json() == of(values).to_json()
    assert (copy.count, copy.at(0.5)) == (len(values), of(values).at(0.5))


def test_nothing_was_measured():
    assert Histogram().at(0.99) is None
    assert Histogram().ms() == {"p50": None, "p90": None, "p99": None, "max": None}


def test_it_never_gets_large():
    histogram = of(round(1.01**power) for power in range(2500))
    assert len(histogram.to_json()["buckets"]) < 1200


def test_what_takes_longer_than_an_hour_counts_as_one():
    assert of([1 << 60]).at(1.0) == 3_600_000_000
    assert of([-5]).at(1.0) == 0
