# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The series: never many slots, and whole when processes are added up."""

from collections import Counter

from chargerctl.fleet.measuring.series import MOST, Series
from hypothesis import given
from hypothesis import strategies as st

S = 1_000_000


def test_a_known_duration_has_slots_of_the_same_width():
    assert Series(8 * 3600).width_us == 120 * S
    assert Series(10).width_us == S


@given(st.lists(st.integers(0, 40 * 24 * 3600 * S), max_size=100))
def test_an_unknown_one_has_never_many_and_loses_nothing(times):
    series = Series(None)
    for each in times:
        series.frame(each, out=True)
        series.answer(each, 5)
    assert len(series.slots) <= MOST * 2
    assert sum(slot.frames_out for slot in series.slots.values()) == len(times)
    assert sum(slot.times.count for slot in series.slots.values()) == len(times)


def test_series_of_different_widths_are_added_up():
    short, long = Series(None), Series(None)
    for second in range(2000):
        long.frame(second * S, out=False)
    for second in range(10):
        short.frame(second * S, out=False)
    short.states(S, Counter(Available=3))
    assert short.width_us < long.width_us
    short.merge(long)
    assert short.width_us == long.width_us
    assert sum(slot.frames_in for slot in short.slots.values()) == 2010


def test_chargers_of_two_processes_stand_in_the_same_slot():
    one, other = Series(3600), Series(3600)
    one.states(0, Counter(Available=3))
    other.states(0, Counter(Available=1, Charging=1))
    one.merge(other)
    assert one.slots[0].states == {"Available": 4, "Charging": 1}
    assert Series.from_json(one.to_json()).to_json() == one.to_json()
