# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whose time the clock takes, and what stamps a transaction gets when the clock is set under it."""

import pytest
from charger.clock import Clock, iso

NOW = 1795332600  # 2026-11-22T07:30:00Z
DAY, YEAR = 86400, 365 * 86400


class Board:
    """A clock on an RTC that goes on by itself; `true` is the time that a right source gives."""

    def __init__(self, rtc=946684800):
        self.true = NOW
        self.rtc = rtc
        self.log = []
        self.clock = Clock(lambda: self.rtc, self._write, 0, lambda tag, text: self.log.append(text))

    def _write(self, unix):
        self.rtc = unix

    def wait(self, seconds):
        self.rtc += seconds
        self.true += seconds

    def ntp(self, wrong=0):
        return self.clock.set_from_ntp(self.true + wrong)

    def central(self, wrong=0):
        self.clock.set_from_central(self.true + wrong)

    @property
    def wrong(self):
        return self.rtc - self.true


@pytest.fixture
def board():
    return Board()


def test_the_first_answer_ever_is_believed_whoever_gives_it(board):
    board.central(wrong=-30)
    assert board.wrong == -30
    other = Board()
    assert other.ntp() is None
    assert other.wrong == 0


def test_ntp_counts_before_the_central_system_for_a_day(board):
    board.ntp()
    board.wait(DAY - 1)
    board.central(wrong=500)
    assert board.wrong == 0
    board.wait(1)
    board.central(wrong=500)
    assert board.wrong == 500
    board.central(wrong=-700)
    assert board.wrong == -700, "a clock that was set back must not make NTP's old answer count again"
    board.ntp()
    assert board.wrong == 0


def test_one_time_server_that_is_years_off_is_asked_again_and_the_clock_stays(board):
    board.central()
    assert board.ntp(wrong=YEAR) == "more than a day off"
    assert board.wrong == 0
    assert board.ntp() is None
    assert board.wrong == 0
    # The old wrong answer does not make the next one the second of its kind.
    assert board.ntp(wrong=YEAR)
    assert board.wrong == 0


def test_two_answers_that_agree_are_believed(board):
    board.central(wrong=-YEAR)
    board.ntp()
    assert board.wrong == -YEAR
    board.wait(10)
    assert board.ntp() is None
    assert board.wrong == 0


@pytest.mark.parametrize("wrong", [YEAR, -YEAR, DAY + 1, -DAY - 1])
def test_a_first_ntp_answer_that_is_wrong_is_asked_again_when_the_central_system_contradicts_it(board, wrong):
    board.ntp(wrong=wrong)
    board.central()
    assert board.wrong == wrong
    assert board.clock.asks
    assert board.ntp() is None, "two against one"
    assert board.wrong == 0


def test_a_wrong_central_system_has_the_time_server_asked_once_not_at_every_heartbeat(board):
    board.ntp()
    asked = 0
    for _ in range(20):
        board.wait(300)
        board.central(wrong=YEAR)
        if board.clock.asks:
            asked += 1
            board.clock.asks = False
            board.ntp()
    assert (asked, board.wrong) == (1, 0)
    assert [line for line in board.log if "?" in line] == [
        f"{iso(NOW + 300 + YEAR)} from the central system? More than a day off: asking again"
    ]


def test_without_ntp_the_central_system_is_asked_again_before_it_sets_the_clock_by_years(board):
    board.central(wrong=YEAR)
    assert not board.clock.waits
    board.central()
    assert board.wrong == YEAR
    assert board.clock.waits
    board.wait(60)
    board.central()
    assert board.wrong == 0
    assert not board.clock.waits


def test_both_may_be_wrong_in_turn(board):
    board.central(wrong=YEAR)
    board.ntp(wrong=-YEAR)
    assert board.wrong == YEAR
    board.central()
    board.ntp()
    assert board.wrong == 0
    board.central(wrong=YEAR)
    assert board.ntp(wrong=-YEAR)
    assert board.wrong == 0


def test_a_time_that_the_rtc_kept_through_a_reset_is_one_of_the_others():
    kept = Board(rtc=NOW + 20)
    assert kept.ntp(wrong=YEAR)
    assert kept.wrong == 20
    assert kept.ntp() is None
    assert kept.wrong == 0
    stale = Board(rtc=NOW - YEAR)
    stale.central()
    assert stale.wrong == -YEAR
    assert stale.ntp() is None
    assert stale.wrong == 0


def stamps_over(board, *corrections):
    """The stamps of a transaction, one after each second, over which the clock is set by NTP."""
    stamps = [board.clock.begin()]
    for wrong in corrections:
        board.wait(1)
        stamps.append(board.clock.stamp())
        board.ntp(wrong=wrong)
        stamps.append(board.clock.stamp())
        board.wait(1)
        stamps.append(board.clock.stamp())
    return stamps


@pytest.mark.parametrize(
    "corrections",
    [
        (-3600,),
        (-1, -2, -1),
        (-3600, 3600),
        (-80000, -80000),
        (-3600, -7200, 50, 0),
        (-YEAR, -YEAR),
        (0, -1, 0, -1),
    ],
)
def test_stamps_of_a_transaction_go_on_when_the_clock_is_set_back(board, corrections):
    board.ntp()
    stamps = stamps_over(board, *corrections)
    assert stamps == sorted(stamps)
    # A second is a second, also right after a correction.
    assert all(after - before >= 1 for before, after in zip(stamps[0::3], stamps[1::3], strict=False))
    assert all(after - before == 1 for before, after in zip(stamps[2::3], stamps[3::3], strict=False))


def test_a_clock_that_jitters_does_not_run_away_with_the_stamps(board):
    board.ntp()
    stamps_over(board, *(0, -1) * 50)
    assert board.clock.stamp() - board.true <= 1


def test_a_correction_forwards_takes_back_what_the_stamps_are_ahead(board):
    board.ntp()
    stamps_over(board, -3600)
    assert board.clock.stamp() == board.rtc + 3600
    board.ntp()
    assert board.clock.stamp() == board.rtc == board.true


def test_the_next_transaction_begins_by_the_clock(board):
    board.ntp()
    stamps_over(board, -3600)
    board.clock.end()
    assert board.clock.stamp() == board.rtc
    assert board.clock.begin() == board.rtc


def test_outside_a_transaction_stamps_follow_the_clock(board):
    board.ntp()
    board.ntp(wrong=-3600)
    assert board.clock.stamp() == board.rtc


@pytest.mark.parametrize("text", ["2026-11-22T23:59:59Z", "2026-11-22"])
def test_the_central_systems_time_needs_no_reading_while_ntp_and_it_have_the_same_date(board, text):
    assert not board.clock.confirmed(text)
    board.ntp()
    assert board.clock.confirmed(text)
    assert not board.clock.confirmed("2027-11-22T07:30:00Z")
    board.wait(DAY)
    assert not board.clock.confirmed(iso(board.true))
