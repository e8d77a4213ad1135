# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The version of the books is another one after every commit, whoever makes it, and mostly the same without one."""

import subprocess
import sys
from itertools import pairwise

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries.chargers import all_chargers

from tests.host.central.books.charger import NOW, Charger
from tests.postgres import Postgres


def name(connection, serial="GA001"):
    owner.add_charger(connection, serial, NOW, name="Hall")


def test_it_stays_while_nothing_is_committed(books, kind):
    Charger(books).boot()
    before = books.version()
    with books.reading() as connection:
        all_chargers(connection, NOW)
    # The desk looks for calls, several times a second.
    with books.unit() as unit:
        assert list(unit.waiting_calls(NOW)) == []
    found = [before, *(books.version() for _ in range(5))]
    if kind == "sqlite":
        assert set(found) == {before}
    # PostgreSQL works for itself, too, now and then.
    assert any(one == next for one, next in pairwise(found))


def test_what_this_process_commits_changes_it(books):
    before = books.version()
    Charger(books).boot()
    after = books.version()
    assert after != before
    with books.writing() as connection:
        name(connection)
    assert books.version() not in (before, after)


def test_what_other_books_of_this_process_commit_changes_it(books, opened):
    before = books.version()
    Charger(opened()).boot()
    assert books.version() != before


_SQLITE = "import sqlite3, sys; other = sqlite3.connect(sys.argv[1])"
_POSTGRESQL = "import psycopg, sys; other = psycopg.connect(sys.argv[1])"
_WRITE = "; other.execute(\"UPDATE chargers SET name = 'Yard'\"); other.commit(); other.close()"


def test_what_another_process_commits_changes_it(books, kind, database):
    Charger(books).boot()
    before = books.version()
    connect = _SQLITE if kind == "sqlite" else _POSTGRESQL
    subprocess.run([sys.executable, "-c", connect + _WRITE, database.removeprefix("sqlite:///")], check=True)
    assert books.version() != before
    with books.reading() as connection:
        assert [each.name for each in all_chargers(connection, NOW)] == ["Yard"]


def test_it_changes_when_a_transaction_ends_that_had_begun_long_before(books):
    before = books.version()
    with books.writing() as connection:
        name(connection)
        during = books.version()
    assert books.version() not in (before, during)


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_it_changes_with_each_of_several_transactions_whichever_ends_first(books, order):
    """SQLite has one at a time."""
    blocks = [books.writing() for _ in order]
    for number, block in enumerate(blocks):
        name(block.__enter__(), f"GA00{number}")
    seen = [books.version()]
    for number in order:
        blocks[number].__exit__(None, None, None)
        seen.append(books.version())
        assert books.known() == sorted(f"GA00{each}" for each in order[: len(seen) - 1])
    assert len(set(seen)) == 4


@pytest.mark.parametrize("kind", ["postgresql"])
def test_it_changes_with_what_only_a_subtransaction_has_written(books):
    before = books.version()
    with books.writing() as connection:
        with connection.begin_nested():
            name(connection)
        during = books.version()
    assert books.version() not in (before, during)


def test_what_is_rolled_back_hides_nothing(books, kind):
    before = books.version()
    with books.writing() as connection:
        name(connection)
        connection.rollback()
    after = books.version()
    if kind == "sqlite":
        assert after == before
    assert books.known() == []
    Charger(books).boot()
    assert books.version() not in (before, after)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_moves_commits_into_the_file_hides_nothing(books):
    """The write-ahead log is written back, and begun anew."""
    seen = set()
    for serial in ("GA001", "GA002", "GA003"):
        Charger(books, serial).boot()
        seen.add(books.version())
        with books.reading() as connection:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert len(seen) == 3


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_that_was_replaced_is_named_and_has_another_version(books, tmp_path, made_sqlite):
    before = books.version()
    path = tmp_path / "books.db"
    for each in tmp_path.glob("books.db*"):
        each.unlink()
    with pytest.raises(BooksError, match="were removed or replaced"):
        books.version()
    with pytest.raises(BooksError, match="cannot be opened"):
        books.version()
    assert not path.exists()
    path.write_bytes(made_sqlite.read_bytes())
    after = books.version()
    assert after != before
    assert books.version() == after
    path.rename(tmp_path / "older.db")
    path.write_bytes(made_sqlite.read_bytes())
    with pytest.raises(BooksError, match="were removed or replaced"):
        books.version()
    assert books.version() not in (before, after)


def test_a_server_that_was_away_is_named_and_asked_again(opener):
    server = Postgres()
    try:
        books = opener(server.database())
        before = books.version()
        server.stop("immediate")
        with pytest.raises(BooksError, match="cannot be reached"):
            books.version()
        server.start_again()
        assert books.version() != before
    finally:
        server.close()
