# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A viewer's line on its way to the simulation, and the answer on its way back."""

import threading

import pytest
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.simulator.script.hand import LONGEST
from chargerctl.simulator.web.hands import Hands, TooMuchError

READY = {"t": 0.0, "kind": "board", "id": "x", "parts": [], "central": "local"}


class Board:
    """A simulation that answers each line at once, or `silent` never."""

    def __init__(self):
        self.now = 0.0
        self.hands = Hands(lambda: self.now)
        self.lines = []
        self.silent = False
        self.came = threading.Semaphore(0)
        self.hands.begin(self.give)
        self.hands.take(READY)

    def give(self, line):
        self.lines.append(line)
        self.came.release()
        if not self.silent:
            threading.Thread(target=self.answer, args=[len(self.lines), line]).start()

    def answer(self, number, line):
        wrong = {"error": "it is wrong"} if line == "wrong" else {}
        self.hands.take({"t": 1.0, "kind": "hand", "line": number, "text": line, **wrong})


@pytest.fixture
def board():
    return Board()


def test_a_line_is_given_and_its_answer_waited_for(board):
    board.hands.act("plug")
    with pytest.raises(InputError, match="it is wrong"):
        board.hands.act("wrong")
    board.hands.act("unplug")
    assert board.lines == ["plug", "wrong", "unplug"]


@pytest.mark.parametrize(
    ("line", "why"),
    [("x" * (LONGEST + 1), "at most"), ("plug\nplug", "one line"), ("plug\u2028plug", "one line")],
)
def test_what_is_no_line_does_not_reach_the_simulation(board, line, why):
    with pytest.raises(InputError, match=why):
        board.hands.act(line)
    assert board.lines == []


def test_before_the_board_is_there_no_line_is_given():
    hands = Hands()
    with pytest.raises(ChargerctlError, match="not ready"):
        hands.act("plug")
    hands.begin(lambda line: pytest.fail("it was given"))
    with pytest.raises(ChargerctlError, match="not ready"):
        hands.act("plug")


def test_more_lines_in_a_second_than_a_person_gives_are_refused(board):
    for _ in range(25):
        board.hands.act("plug")
    with pytest.raises(TooMuchError):
        board.hands.act("plug")
    board.now += 1.0
    board.hands.act("plug")
    assert len(board.lines) == 26


def test_while_many_lines_wait_for_the_board_more_are_refused_and_the_end_ends_the_waiting(board):
    board.silent = True
    errors = []

    def act():
        try:
            board.hands.act("plug")
        except ChargerctlError as error:
            errors.append(str(error))

    waiting = [threading.Thread(target=act) for _ in range(10)]
    for each in waiting:
        each.start()
    for _ in waiting:
        assert board.came.acquire(timeout=60)
    with pytest.raises(TooMuchError):
        board.hands.act("plug")
    board.hands.end()
    for each in waiting:
        each.join(60)
    assert errors == ["the simulation has ended"] * 10
    with pytest.raises(ChargerctlError, match="has ended"):
        board.hands.act("plug")
