# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who reads the log in the morning finds out why the books cannot be written, and since when."""

import pytest
from chargerctl.central.books.interface import BooksError
from chargerctl.central.desk.outage import Outage

NOW = 1_000.0


@pytest.fixture
def outage():
    return Outage()


def fail(outage, reason, after, until, every=2.0):
    """What is told of failures between these seconds."""
    steps = range(round((until - after) / every))
    times = [NOW + after + number * every for number in steps]
    told = [outage.failed(BooksError(reason), now, now) for now in times]
    return [text for text in told if text]


def test_another_reason_is_told_within_a_minute(outage):
    assert (
        fail(outage, "locked", 0, 3600)[0] == "the books cannot be written, and nothing is answered: locked"
    )
    [told] = fail(outage, "the disk is full", 3600, 3700)
    assert told == "the books cannot be written since 60 min, and nothing is answered: the disk is full"


def test_reasons_that_change_all_the_time_are_a_line_a_minute(outage):
    told = []
    for second in range(0, 600, 4):
        told += fail(outage, "locked", second, second + 2)
        told += fail(outage, "the disk is full", second + 2, second + 4)
    assert 2 <= len(told) <= 10


def test_an_outage_of_hours_is_told_again(outage):
    told = fail(outage, "locked", 0, 7200)
    assert len(told) == 8
    assert told[-1] == "the books cannot be written since 105 min, and nothing is answered: locked"
