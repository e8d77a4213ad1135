# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When the loop feeds the watchdog."""

import pytest
from charger.loop import Loop, Task


class Board:
    """Ticks that tests advance, and a watchdog that counts; `stalls` allows nothing."""

    def __init__(self):
        self.now = 0
        self.fed = 0
        self.granted_ms = 0
        self.spent = False

    def feed(self):
        self.fed += 1


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def make_loop(board):
    def make(urgent, rest):
        return Loop(
            (Task("urgent", urgent, 10, vital=True),),
            (Task("rest", rest, 10),),
            watchdog=board,
            make_safe=lambda now, latch: None,
            ticks_ms=lambda: board.now,
            stalls=board,
            describe=lambda error: [str(error)],
            reserve=[],
            log=lambda tag, text: None,
        )

    return make


def nothing(now):
    pass


def fails(now):
    raise ValueError


def test_a_pass_feeds_it_once(make_loop, board):
    make_loop(nothing, nothing).run_pass()
    assert board.fed == 1


def test_a_round_in_which_an_urgent_task_failed_does_not_feed_it(make_loop, board):
    make_loop(fails, nothing).run_pass()
    assert board.fed == 0


def test_an_urgent_task_that_rests_within_its_back_off_does_not_stop_the_feeding(make_loop, board):
    loop = make_loop(fails, nothing)
    for _ in range(3):
        loop.run_pass()
    assert board.fed == 2


def test_another_task_that_fails_does_not_stop_the_feeding(make_loop, board):
    make_loop(nothing, fails).run_pass()
    assert board.fed == 1


def test_a_task_that_blocked_and_returned_does_not_stop_the_feeding(make_loop, board):
    def blocks(now):
        board.now += 7000

    loop = make_loop(nothing, blocks)
    loop.run_pass()
    assert board.fed == 1
