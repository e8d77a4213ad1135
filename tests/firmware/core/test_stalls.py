# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When a blocking call may run."""

import pytest
from charger.stalls import UNBOUNDED, Stalls


class Relay:
    closed = False


class Interlock:
    busy = holds_cable = False


@pytest.fixture
def log():
    return []


@pytest.fixture
def make_stalls(log):
    def make(closed=False, max_stall_ms=250, watchdog_seconds=8):
        relay = Relay()
        relay.closed = closed
        return Stalls(relay, max_stall_ms, watchdog_seconds, lambda tag, text: log.append(f"{tag} {text}"))

    return make


def test_with_the_relay_closed_only_what_the_owner_accepts(make_stalls):
    stalls = make_stalls(closed=True)
    assert stalls.allow(250)
    assert not stalls.allow(251)
    assert not stalls.allow(UNBOUNDED)


def test_nor_with_one_that_may_close_at_any_moment(make_stalls):
    stalls = make_stalls()
    interlock = Interlock()
    stalls.follow(interlock)
    assert stalls.allow(3000)
    interlock.busy = True
    assert not stalls.allow(3000)


def test_what_may_end_in_a_reset_waits_while_that_would_free_a_cable_under_load(make_stalls):
    stalls = make_stalls()
    interlock = Interlock()
    stalls.follow(interlock)
    assert stalls.idle
    interlock.holds_cable = True
    assert not stalls.idle
    assert not stalls.allow(UNBOUNDED)
    assert stalls.allow(3000)


@pytest.mark.parametrize("watchdog_seconds", range(2, 9))
def test_nothing_outlasts_the_watchdog_even_where_the_owner_accepts_it(make_stalls, log, watchdog_seconds):
    longest = watchdog_seconds * 1000 - 500
    for closed in (False, True):
        stalls = make_stalls(closed, max_stall_ms=60000, watchdog_seconds=watchdog_seconds)
        assert stalls.allow(longest)
        assert not stalls.allow(longest + 1)
    assert log[0] == (
        f"safety [safety] watchdog_seconds = {watchdog_seconds} leaves no time "
        f"for a blocking call of {longest + 1} ms: skipped"
    )


def test_a_refusal_is_logged_once(make_stalls, log):
    stalls = make_stalls(watchdog_seconds=2)
    for _ in range(100):
        stalls.allow(5000)
    assert len(log) == 1


def test_what_nobody_knows_the_length_of_runs_with_the_relay_open(make_stalls, log):
    assert make_stalls(watchdog_seconds=2).allow(UNBOUNDED)
    assert log == []


def test_one_stall_a_pass(make_stalls):
    stalls = make_stalls()
    stalls.spent = True
    assert not stalls.allow(1)
