# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.pace import Pace

PASS_US, LONGEST_US, QUIET_US = 5_000, 50_000, 300_000


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    pace = Pace(clock, Costs(loop_pass=PASS_US))
    pace.longest_us = LONGEST_US
    return pace


def takes(clock, pace):
    before_us = clock.now_us
    pace.end_pass()
    return clock.now_us - before_us


def test_every_pass_is_run_unless_passes_may_be_left_out(clock, pace):
    pace.longest_us = 0
    clock.spend(10 * QUIET_US)
    assert takes(clock, pace) == PASS_US


def test_every_pass_is_run_for_a_while_after_something_happened(clock, pace):
    clock.spend(10 * QUIET_US)
    pace.stir()
    for _ in range(QUIET_US // PASS_US - 1):
        assert takes(clock, pace) == PASS_US
    assert takes(clock, pace) == LONGEST_US


def test_what_happens_ends_the_pause_with_the_pass_that_it_happened_in(clock, pace):
    clock.spend(QUIET_US)
    clock.call_in(3 * PASS_US + 1, pace.stir)
    assert takes(clock, pace) == 4 * PASS_US
    assert takes(clock, pace) == PASS_US


def test_a_timer_in_which_nothing_happens_does_not_end_the_pause(clock, pace):
    clock.spend(QUIET_US)
    fired = []
    clock.call_in(3 * PASS_US + 1, lambda: fired.append(clock.now_us))
    assert takes(clock, pace) == LONGEST_US
    assert fired == [QUIET_US + 3 * PASS_US + 1]


def test_what_happens_within_the_pass_itself_keeps_the_next_from_being_left_out(clock, pace):
    clock.spend(QUIET_US)
    clock.call_in(PASS_US - 1, pace.stir)
    assert takes(clock, pace) == PASS_US


def test_a_pass_that_costs_more_than_the_longest_pause_is_only_run(clock, pace):
    slow = Pace(clock, Costs(loop_pass=2 * LONGEST_US))
    slow.longest_us = LONGEST_US
    clock.spend(QUIET_US)
    assert takes(clock, slow) == 2 * LONGEST_US
