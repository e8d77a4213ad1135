# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where the database fails, nothing of the unit is kept, the owner reads what to do, and it works again afterwards."""

import os
import sqlite3
import subprocess
from contextlib import contextmanager

import pytest
from chargerctl.central.books import engine as engine_module
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.store import open_books
from chargerctl.central.books.tables import frames, transactions
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from tests.host.central.books.charger import NOW, START, Charger, call, rows
from tests.postgres import Postgres


@pytest.fixture
def path(tmp_path):
    return tmp_path / "books.db"


@pytest.fixture
def file_books(path, made_sqlite, opener, monkeypatch):
    monkeypatch.setattr(engine_module, "LOCK_TIMEOUT_S", 0.2)
    path.write_bytes(made_sqlite.read_bytes())
    return opener(str(path))


def test_a_locked_database_is_named_and_works_again(file_books, path):
    charger = Charger(file_books)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BooksError, match=r"books\.db: the books are locked by another program"):
        charger.start()
    other.execute("ROLLBACK")
    other.close()
    charger.start()
    assert rows(file_books, transactions, "id") == [1]


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_locked_table_of_postgresql_is_named(books, database, opener, kind):
    url = database + "?options=-c%20lock_timeout%3D200ms"
    with books.writing() as connection:
        connection.execute(text("LOCK TABLE transactions"))
        with pytest.raises(BooksError, match="are locked by another program"):
            Charger(opener(url)).start()


def test_a_full_disk_keeps_nothing_of_the_unit_and_works_again(file_books):
    with file_books.reading() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    full, error = f"PRAGMA max_page_count = {pages + 20}", r"disk is full\. Make space"
    with _each_connection(full), pytest.raises(BooksError, match=error):
        _start_with_large_frames(file_books)
    assert rows(file_books, transactions, "id") == []
    assert rows(file_books, frames, "id") == []
    with _each_connection("PRAGMA max_page_count = 100000"):
        assert Charger(file_books).start() == 1


def _start_with_large_frames(books):
    with books.unit() as unit:
        call(unit, "GA001", "StartTransaction", START)
        for _each in range(20):
            unit.frame("GA001", False, "x" * 16_000, NOW)


@contextmanager
def _each_connection(pragma):
    """It is a setting of a connection, and stays."""

    def begin(connection):
        connection.exec_driver_sql(pragma)

    event.listen(Engine, "begin", begin)
    try:
        yield
    finally:
        event.remove(Engine, "begin", begin)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts a file system: only root can"
)
def test_a_file_system_that_is_full_is_survived(tmp_path, opener):
    mount = ["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("cannot mount a file system here")
    try:
        books = open_books(str(tmp_path / "books.db"))
        rest = tmp_path / "rest"
        free = os.statvfs(tmp_path)
        rest.write_bytes(bytes(free.f_bavail * free.f_frsize - 100_000))
        kept = []
        with pytest.raises(BooksError, match="disk is full"):
            kept.extend(Charger(books).start(meterStart=number) for number in range(1000))
        assert rows(books, transactions, "id") == list(range(1, len(kept) + 1))
        assert kept
        rest.unlink()
        Charger(books).start(meterStart=1000)
        assert rows(books, transactions, "meter_start")[-1] == 1000
        books.close()
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_books_that_cannot_be_written_are_named(file_books):
    error = r"cannot be written: .* read-only"
    with _each_connection("PRAGMA query_only = ON"), pytest.raises(BooksError, match=error):
        Charger(file_books).start()
    with _each_connection("PRAGMA query_only = OFF"):
        Charger(file_books).start()


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_standby_of_postgresql_is_named(database, opener, kind):
    with pytest.raises(BooksError, match="the server is read-only"):
        Charger(opener(database + "?options=-c%20default_transaction_read_only%3Don")).start()


def test_a_damaged_file_is_named(made_sqlite, path, opener):
    store = open_books(str(path))
    with store.unit() as unit:
        for number in range(200):
            call(unit, "GA001", "StartTransaction", START | {"meterStart": number})
    store.close()
    content = bytearray(path.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 200] = b"\xa5" * 200
    path.write_bytes(content)
    with pytest.raises(BooksError, match="are damaged: stop chargerctl and restore a backup"):
        Charger(opener(str(path))).start()


def test_books_that_were_removed_are_missed_and_not_begun_anew(file_books, path, made_sqlite):
    """SQLite alone writes on into a file that has no name any more."""
    Charger(file_books).start()
    for each in path.parent.glob("books.db*"):
        each.unlink()
    with pytest.raises(BooksError, match="were removed or replaced"):
        Charger(file_books).start(meterStart=1)
    with pytest.raises(BooksError, match="were removed or replaced"):
        rows(file_books, transactions, "meter_start")
    with pytest.raises(BooksError, match="cannot be opened"):
        Charger(file_books).start(meterStart=1)
    assert not path.exists()
    path.write_bytes(made_sqlite.read_bytes())
    Charger(file_books).start(meterStart=2)
    assert rows(file_books, transactions, "meter_start") == [2]


def test_a_server_that_dies_in_a_unit_and_comes_back(opener):
    server = Postgres()
    try:
        books = opener(server.database())
        Charger(books).start(meterStart=0)
        with pytest.raises(BooksError, match="cannot be reached"):
            _start_while(books, lambda: server.stop("immediate"))
        with pytest.raises(BooksError, match="Connection refused"):
            Charger(books).start(meterStart=3)
        server.start()
        Charger(books).start(meterStart=4)
        assert rows(books, transactions, "meter_start") == [0, 4]
        books.close()
    finally:
        server.close()


def _start_while(books, happens):
    with books.unit() as unit:
        call(unit, "GA001", "StartTransaction", START)
        happens()
        # Where it happens, not at the end of the unit: the desk would take it for a mistake of its own.
        try:
            call(unit, "GA001", "StartTransaction", START | {"meterStart": 2})
        except SQLAlchemyError as error:
            pytest.fail(f"not yet a BooksError: {error!r}")


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_connection_that_was_ended_is_replaced(postgres, books, database, kind):
    Charger(books).start(meterStart=0)
    this = "datname = current_database() AND pid <> pg_backend_pid()"
    postgres.execute(database, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {this}")
    Charger(books).start(meterStart=1)
    assert rows(books, transactions, "meter_start") == [0, 1]


def test_the_message_of_a_fault_has_no_password(monkeypatch, unused_port):
    with pytest.raises(BooksError) as caught:
        open_books(f"postgresql://user:hunter2@127.0.0.1:{unused_port}/x?password=hunter2")
    assert "hunter2" not in str(caught.value)
    assert caught.value.exit_status == 1
