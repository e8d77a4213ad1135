# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The clock of a fleet in real time, with a wall clock and a selector of the test's own."""

import selectors
import socket
import threading

import pytest
from chargerctl.fleet.realtime import READ, RealTime
from chargerctl.simulator.machine.clock import Clock

_MS = 1000
_S = 1_000_000


class Wall(selectors.BaseSelector):
    """Sleeping passes the time; `happens` has what else does: (at_us, call)."""

    def __init__(self):
        self.now_us = 5_000_000_000
        self.slept_us = []
        self.ready = []
        self.happens = []
        self._keys = {}

    def register(self, fileobj, events, data=None):
        self._keys[fileobj] = selectors.SelectorKey(fileobj, 0, events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj):
        return self._keys.pop(fileobj)

    def get_map(self):
        return self._keys

    def select(self, timeout=None):
        begun_us = self.now_us
        until_us = begun_us + int(timeout * 1e6)
        for at_us, call in sorted(self.happens, key=lambda each: each[0]):
            if at_us <= until_us and not self.ready:
                self.happens.remove((at_us, call))
                self.now_us = max(self.now_us, at_us)
                call()
        if not self.ready:
            self.now_us = max(self.now_us, until_us)
        self.slept_us.append(self.now_us - begun_us)
        found, self.ready = self.ready, []
        return [(self._keys[fileobj], READ) for fileobj in found]

    def works(self, us):
        """As a timer that takes so long."""
        self.now_us += us


@pytest.fixture
def wall():
    return Wall()


@pytest.fixture
def driver(wall):
    # The thread works whenever the wall clock moves outside of select(), unless `wall` says that it was stopped.
    wall.stopped_us = 0
    asleep = lambda: sum(wall.slept_us) + wall.stopped_us  # noqa: E731
    driver = RealTime(Clock(), wall, lambda: wall.now_us * 1000, lambda: (wall.now_us - asleep()) * 1000)
    yield driver
    driver.close()


def test_a_timer_fires_when_the_wall_clock_is_there_and_the_thread_sleeps_until_then(driver, wall):
    fired = []
    driver.clock.call_at(250 * _MS, lambda: fired.append(driver.wall_us()))
    driver.run(_S)
    assert fired == [250 * _MS]
    assert wall.slept_us == [250 * _MS, 750 * _MS]


def test_a_socket_that_is_ready_ends_the_sleep_and_the_clock_stands_where_the_wall_does(driver, wall):
    heard = []
    fileobj = object()
    driver.watch(fileobj, READ, lambda events: heard.append((driver.clock.now_us, events)))
    wall.happens.append((wall.now_us + 40 * _MS, lambda: wall.ready.append(fileobj)))
    driver.run(_S)
    assert heard == [(40 * _MS, READ)]


def test_what_was_ready_at_once_counts_from_the_look_before(driver, wall):
    """So that how long it had to wait is not forgotten."""
    heard = []
    fileobj = object()
    driver.watch(fileobj, READ, lambda events: heard.append(driver.wall_us() - driver.clock.now_us))

    def works_while_something_comes():
        wall.works(30 * _MS)
        wall.ready.append(fileobj)

    driver.clock.call_at(10 * _MS, works_while_something_comes)
    driver.run(_S)
    assert heard == [30 * _MS]


def test_a_socket_has_its_turn_between_many_late_timers(driver, wall):
    order: list[str] = []
    fileobj = object()
    driver.watch(fileobj, READ, lambda events: order.append("socket"))

    def takes_long():
        wall.works(300 * _MS)
        order.append("timer")

    for number in range(10):
        driver.clock.call_at(number * 30 * _MS, takes_long)
    wall.happens.append((wall.now_us, lambda: wall.ready.append(fileobj)))
    driver.run(4 * _S)
    assert order.index("socket") < 3


def test_a_stopped_process_goes_on_where_it_stood(driver, wall):
    fired = []

    def each_second():
        fired.append(driver.wall_us())
        driver.clock.call_in(_S, each_second)

    def stop_for_an_hour():
        wall.now_us += 3600 * _S
        wall.stopped_us += 3600 * _S

    driver.clock.call_in(_S, each_second)
    driver.clock.call_at(2500 * _MS, stop_for_an_hour)
    driver.run(5 * _S)
    assert fired == [1 * _S, 2 * _S, 3 * _S, 4 * _S, 5 * _S]
    assert driver.stood_still_us == pytest.approx(3600 * _S, abs=_S)


def test_a_fleet_that_is_too_large_stays_late_instead_of_losing_time(driver, wall):
    late = []

    def each_100_ms(due_us):
        late.append(driver.wall_us() - due_us)
        wall.works(150 * _MS)
        driver.clock.call_at(due_us + 100 * _MS, lambda: each_100_ms(due_us + 100 * _MS))

    driver.clock.call_at(0, lambda: each_100_ms(0))
    driver.run(5 * _S)
    assert late[-1] > 2 * _S
    assert driver.stood_still_us == 0


def test_what_a_timer_raises_ends_the_run(driver):
    driver.clock.call_at(10 * _MS, lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        driver.run(_S)


def test_another_thread_ends_the_run_in_the_middle_of_a_sleep():
    driver = RealTime(Clock())
    driver.clock.call_at(3600 * _S, lambda: None)
    done = []
    threading.Timer(0.05, lambda: driver.post(lambda: done.append("posted"))).start()
    threading.Timer(0.1, driver.stop).start()
    driver.run()
    assert done == ["posted"]
    driver.close()


def test_a_socket_is_watched_for_what_is_wanted_now():
    driver = RealTime(Clock())
    ours, theirs = socket.socketpair()
    heard: list[int] = []
    driver.watch(ours, READ, heard.append)
    theirs.send(b"x")
    driver.run(20 * _MS)
    assert heard
    driver.watch(ours, 0, heard.append)
    heard.clear()
    driver.run(40 * _MS)
    assert not heard
    for each in (ours, theirs, driver):
        each.close()
