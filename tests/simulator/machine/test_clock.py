# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import threading
import time

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs


@pytest.fixture
def clock():
    return Clock()


def test_time_passes_only_when_it_is_spent(clock):
    assert clock.now_us == 0
    clock.spend(5)
    clock.spend(0)
    assert clock.now_us == 5


def test_timers_fire_in_time_order_at_their_time(clock):
    fired = []
    clock.call_in(30, lambda: fired.append(("late", clock.now_us)))
    clock.call_in(10, lambda: fired.append(("early", clock.now_us)))
    clock.spend(100)
    assert fired == [("early", 10), ("late", 30)]
    assert clock.now_us == 100


def test_timers_for_the_same_time_fire_in_the_order_they_were_set(clock):
    fired = []
    for name in "abc":
        clock.call_at(10, lambda name=name: fired.append(name))
    clock.spend(10)
    assert fired == ["a", "b", "c"]


def test_a_timer_set_by_a_timer_fires_in_the_same_spend(clock):
    fired = []
    clock.call_in(10, lambda: clock.call_in(10, lambda: fired.append(clock.now_us)))
    clock.spend(50)
    assert fired == [20]


def test_a_timer_for_the_past_fires_with_the_next_spend(clock):
    fired = []
    clock.spend(100)
    clock.call_at(10, lambda: fired.append(clock.now_us))
    clock.spend(0)
    assert fired == [100]


def test_a_cancelled_timer_does_not_fire(clock):
    fired = []
    timer = clock.call_in(10, lambda: fired.append("no"))
    timer.cancel()
    clock.spend(20)
    assert fired == []


def test_a_timer_must_not_spend_time(clock):
    clock.call_in(10, lambda: clock.spend(1))
    clock.spend(20)
    assert "must not spend" in str(clock.failure)


def test_an_exception_in_a_timer_does_not_reach_the_spender(clock):
    clock.call_in(10, lambda: 1 / 0)
    clock.spend(20)
    assert isinstance(clock.failure, ZeroDivisionError)
    assert clock.now_us == 20


def test_waiting_ends_with_the_timer_that_makes_it_true(clock):
    done = []
    clock.call_in(10, lambda: done.append(1))
    clock.call_in(20, lambda: done.append(2))
    assert clock.wait(lambda: done, 100)
    assert clock.now_us == 10


def test_waiting_gives_up_at_its_timeout(clock):
    assert not clock.wait(lambda: False, 100)
    assert clock.now_us == 100


def test_waiting_for_nothing_at_all_is_a_mistake(clock):
    with pytest.raises(RuntimeError, match="nothing will ever happen"):
        clock.wait(lambda: False)


def test_attention_is_given_before_more_time_passes(clock):
    seen = []
    clock.on_attention = lambda: seen.append(clock.now_us)
    clock.call_in(10, clock.request_attention)
    clock.spend(50)
    assert seen == [10]


def test_what_attention_raises_ends_the_spend_there(clock):
    def interrupt():
        raise KeyboardInterrupt

    clock.on_attention = interrupt
    clock.call_in(10, clock.request_attention)
    with pytest.raises(KeyboardInterrupt):
        clock.spend(50)
    assert clock.now_us == 10
    clock.spend(5)
    assert clock.now_us == 15


def test_a_post_fires_with_the_next_spend(clock):
    fired = []
    clock.post(lambda: fired.append(clock.now_us))
    clock.spend(7)
    assert fired == [0]


def test_real_time_sleeps_until_the_wall_clock_has_caught_up():
    clock = Clock(realtime=True)
    began = time.monotonic()
    clock.spend(0)
    clock.spend(60_000)
    assert clock.now_us == 60_000
    assert time.monotonic() - began > 0.055


def test_small_amounts_add_up_in_real_time():
    clock = Clock(realtime=True)
    began = time.monotonic()
    for _ in range(100):
        clock.spend(500)
    assert time.monotonic() - began > 0.045


def test_a_post_from_another_thread_ends_a_real_time_sleep():
    clock = Clock(realtime=True)
    fired = []
    threading.Timer(0.02, lambda: clock.post(lambda: fired.append(clock.now_us))).start()
    assert clock.wait(lambda: fired, 3600_000_000)
    assert fired[0] < 600_000_000


def test_twice_the_cost_doubles_every_row_of_the_table():
    once, twice = Costs().table(), Costs().scaled(2).table()
    assert [2 * row[1] for row in once] == [row[1] for row in twice]
    assert {row[0]: row[1] for row in once}.items() >= {
        "tick_read": 5,
        "loop_pass": 5_000,
        "i2c_byte": 9,
        "console_byte": 10,
        "socket_call": 300,
        "nvm_write": 40_000,
        "fat_block": 20_000,
        "gc_collect": 25_000,
    }.items()
