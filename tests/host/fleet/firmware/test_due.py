# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When a comparison of ticks, or of an uptime's seconds, would come out otherwise."""

from types import SimpleNamespace

import pytest
from chargerctl.fleet.firmware.due import NEVER, Due

_PERIOD = 1 << 29


def _diff(later, earlier):
    return ((later - earlier + _PERIOD // 2) % _PERIOD) - _PERIOD // 2


def _add(ticks, ms):
    return (ticks + ms) % _PERIOD


class Ticks:
    """The firmware's ticks, watched; `due` after a pass at `now`."""

    def __init__(self, now=1000):
        self.due = Due()
        self.now = now
        self.module = SimpleNamespace(diff=_diff, add=_add, reached=None, Uptime=None)
        self.due.watch(self.module)
        self.due.begin(now)

    @property
    def in_ms(self):
        return self.due.in_ms


@pytest.fixture
def ticks():
    return Ticks()


def test_nothing_that_is_compared_is_never_due(ticks):
    assert ticks.in_ms == NEVER


@pytest.mark.parametrize(("deadline", "in_ms"), [(1500, 500), (1001, 1), (1000, NEVER), (900, NEVER)])
def test_a_deadline_is_due_when_it_is_reached(ticks, deadline, in_ms):
    assert ticks.module.reached(ticks.now, deadline) is (deadline <= ticks.now)
    assert ticks.in_ms == in_ms


@pytest.mark.parametrize(
    ("holds", "in_ms"),
    [
        (lambda passed: passed >= 500, 400),
        (lambda passed: passed > 500, 401),
        (lambda passed: passed < 500, 400),
        (lambda passed: passed <= 500, 401),
        (lambda passed: passed == 500, 400),
        (lambda passed: passed == 100, 1),
        (lambda passed: passed >= 50, NEVER),
        (lambda passed: passed + 10 >= 500, 390),
        (lambda passed: 10 + passed >= 500, 390),
        (lambda passed: passed - 10 >= 500, 410),
        (lambda passed: 500 - passed <= 0, 400),
        (lambda passed: 500 - passed < 100, 301),
        (lambda passed: passed // 60 == 2, 20),
    ],
)
def test_a_difference_is_due_when_the_comparison_turns(ticks, holds, in_ms):
    before = holds(ticks.module.diff(1000, 900))
    assert ticks.in_ms == in_ms
    if in_ms != NEVER:
        later = Ticks(1000 + in_ms)
        sooner = Ticks(1000 + in_ms - 1)
        assert holds(later.module.diff(later.now, 900)) is not before
        assert holds(sooner.module.diff(sooner.now, 900)) is before


def test_the_time_that_is_left_falls(ticks):
    assert not ticks.module.diff(1500, 1000) <= 0
    assert ticks.in_ms == 500


def test_two_moments_that_stand_still_are_not_due(ticks):
    assert ticks.module.diff(800, 700) < 500
    assert ticks.in_ms == NEVER


def test_the_first_of_several_counts(ticks):
    ticks.module.reached(1000, 5000)
    ticks.module.reached(1000, 1300)
    ticks.module.reached(1000, 4000)
    assert ticks.in_ms == 300


def test_the_counter_wraps():
    ticks = Ticks(_PERIOD - 10)
    assert not ticks.module.reached(ticks.now, 20)
    assert ticks.in_ms == 30


def test_an_uptime_is_due_at_its_whole_second():
    ticks = Ticks(1000)
    uptime = ticks.module.Uptime(1000)
    ticks.due.begin(3400)
    assert uptime.seconds == 2
    ticks.due.begin(3400)
    assert not uptime.seconds >= 5
    assert ticks.in_ms == 2600


def test_an_uptime_is_brought_up_to_date_when_it_is_read():
    ticks = Ticks(1000)
    uptime = ticks.module.Uptime(1000)
    ticks.due.begin(61_000)
    assert int(uptime.seconds) == 60


def test_two_uptimes_have_a_second_each():
    ticks = Ticks(1000)
    one = ticks.module.Uptime(1000)
    ticks.due.begin(1700)
    other = ticks.module.Uptime(1700)
    ticks.due.begin(2100)
    one.step(2100)
    other.step(2100)
    assert not one.seconds >= 2
    assert ticks.in_ms == 900
    ticks.due.begin(2100)
    assert not other.seconds >= 1
    assert ticks.in_ms == 600


def test_seconds_that_are_left_fall():
    ticks = Ticks(1000)
    uptime = ticks.module.Uptime(1000)
    ticks.due.begin(3400)
    assert not 10 - uptime.seconds <= 0
    assert ticks.in_ms == 7600
