# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whoever follows the books reads them where they have changed, and now and then, and misses nothing."""

import pytest
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.reader import Reader
from chargerctl.central.books.tables import chargers
from sqlalchemy import select

from tests.host.central.books.charger import Charger


class Reading:
    """Of the serials of all chargers; count: how often they were read."""

    def __init__(self, store):
        self.now = 100.0
        self.count = 0
        self.during = lambda: None
        self._reader = Reader(store, self._read, lambda: self.now)
        self.look, self.forget = self._reader.look, self._reader.forget

    def _read(self, connection):
        self.count += 1
        found = list(connection.execute(select(chargers.c.serial)).scalars())
        self.during()
        return found


@pytest.fixture
def kind():
    """test_version.py has both."""
    return "sqlite"


@pytest.fixture
def reading(books):
    return Reading(books)


def test_they_are_read_at_first_and_after_each_change(reading, books, opened):
    assert reading.look() == []
    assert reading.look() is None
    Charger(books, "GA001").boot()
    assert reading.look() == ["GA001"]
    assert reading.look() is None
    Charger(opened(), "GA002").boot()
    assert reading.look() == ["GA001", "GA002"]
    assert reading.look() is None
    assert reading.count == 3


def test_they_are_read_after_some_seconds_whether_they_have_changed_or_not(reading):
    reading.look()
    reading.now += 4.9
    assert reading.look() is None
    reading.now += 0.2
    assert reading.look() == []
    assert reading.look() is None
    reading.now += 5.1
    assert reading.look() == []


def test_what_is_committed_while_they_are_read_is_read_the_next_time(reading, opened):
    charger = Charger(opened(), "GA001")
    reading.during = charger.boot
    assert reading.look() == []
    reading.during = lambda: None
    assert reading.look() == ["GA001"]
    assert reading.look() is None


def test_they_are_read_again_when_that_has_failed(reading, books):
    reading.look()
    Charger(books, "GA001").boot()

    def fail():
        raise BooksError("the disk is gone")

    reading.during = fail
    for _ in range(2):
        with pytest.raises(BooksError):
            reading.look()
    reading.during = lambda: None
    assert reading.look() == ["GA001"]


def test_they_are_read_by_whoever_has_forgotten(reading):
    reading.look()
    reading.forget()
    assert reading.look() == []
    assert reading.look() is None


def test_a_file_that_was_replaced_is_read(reading, books, tmp_path, made_sqlite):
    Charger(books, "GA001").boot()
    assert reading.look() == ["GA001"]
    for each in tmp_path.glob("books.db*"):
        each.unlink()
    with pytest.raises(BooksError, match="were removed or replaced"):
        reading.look()
    (tmp_path / "books.db").write_bytes(made_sqlite.read_bytes())
    with pytest.raises(BooksError, match="were removed or replaced"):
        reading.look()  # by a connection that had been used before
    assert reading.look() == []
