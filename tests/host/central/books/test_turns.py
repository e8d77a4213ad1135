# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""However many read the books, what answers the chargers waits for none of them; and the many take turns."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.turns import BusyError, Turns
from sqlalchemy import text

from tests.host.central.books.charger import NOW

_IS_QUICK_S = 60.0


@pytest.fixture
def crowd(books):
    """Readers who have taken every connection that there is for readers."""
    with ExitStack() as stack:
        for _ in range(15):
            stack.enter_context(books.reading()).execute(text("SELECT 1"))
        yield books


def test_a_unit_of_work_waits_for_no_reader(crowd):
    with crowd.unit() as unit:
        unit.charger("GA001").registration({"chargePointVendor": "GA", "chargePointModel": "1"}, NOW)
    assert crowd.charger_account("GA001") is not None


def test_what_comes_on_top_is_told_in_words(crowd):
    with pytest.raises(BooksError, match="QueuePool limit"), crowd.reading():
        pass


def test_who_takes_turns_waits_for_a_while_and_is_told(books):
    shared = books.in_turns(Turns(at_once=2, patience_s=0.01))
    with shared.reading(), shared.reading():
        with (
            pytest.raises(BusyError, match="the books are busy: too many requests read them at once"),
            shared.reading(),
        ):
            pass
        with pytest.raises(BusyError), shared.writing():
            pass
        with books.writing() as connection:
            owner.add_charger(connection, "GA001", NOW)
    with shared.reading():
        assert shared.known() == ["GA001"]


def test_a_turn_that_becomes_free_is_taken():
    turns = Turns(at_once=1, patience_s=_IS_QUICK_S)
    had = threading.Event()

    def wait():
        with turns.turn():
            had.set()

    with turns.turn():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not had.is_set()
    waiting.join(_IS_QUICK_S)
    assert had.is_set()


def test_more_than_may_wait_are_told_at_once():
    """They would hold the threads of all others."""
    turns = Turns(at_once=1, waiting=0, patience_s=_IS_QUICK_S * 10)
    with turns.turn(), pytest.raises(BusyError), turns.turn():
        pass
    with turns.turn():
        pass


def test_a_turn_ends_with_what_fails_in_it():
    turns = Turns(at_once=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"), turns.turn():
            raise ValueError("x")
