# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which databases become books, and what happens to all others."""

import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from chargerctl.central.books import migrate
from chargerctl.central.books.engine import database_url, place
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.policies import Policies
from chargerctl.central.books.queries.cards import all_cards
from chargerctl.central.books.store import open_books
from chargerctl.central.books.tables import metadata, transactions
from chargerctl.errors import InputError
from sqlalchemy import create_engine, text

from tests.host.central.books.charger import Charger, rows


def execute(database, *statements):
    engine = create_engine(database_url(database))
    with engine.begin() as connection:
        for each in statements:
            connection.execute(text(each))
    engine.dispose()


def test_the_migrations_make_the_tables_of_the_program(empty, opener):
    with opener(empty).reading() as connection:
        options = {"compare_type": True, "compare_server_default": False}
        context = MigrationContext.configure(
            connection, opts={"version_table": migrate.VERSION_TABLE} | options
        )
        assert compare_metadata(context, metadata) == []


def made_at(database, version):
    """The tables that chargerctl had then."""
    engine = create_engine(database_url(database))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("path_separator", "os")
        config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()


@pytest.mark.parametrize("version", migrate.versions())
def test_older_books_keep_what_they_hold(empty, opener, version):
    made_at(empty, version)
    execute(
        empty,
        "INSERT INTO chargers (serial, known, first_seen) VALUES ('GA001', TRUE, 5)",
        "INSERT INTO cards (id_tag, name, added_at) VALUES ('04A1', 'Ana', 5)",
    )
    books = opener(empty, Policies())
    assert not books.is_new
    assert books.known() == ["GA001"]
    with books.reading() as connection:
        assert [card.name for card in all_cards(connection)] == ["Ana"]
    assert Charger(books).call("Authorize", {"idTag": "04A1"})["idTagInfo"]["status"] == "Accepted"
    assert Charger(books).call("Authorize", {"idTag": "04A2"})["idTagInfo"]["status"] == "Invalid"
    with opener(empty).reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": migrate.VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


# A session that began with 1000 Wh, by the text of its last meter values.
LAST_VALUES = [
    ([], 0),
    ([("900", "Wh"), ("1.7", "kWh")], 700),
    ([("10", "Wh")], 0),
    ([("much", "Wh")], None),
    ([("1e400", "Wh")], None),
]


@pytest.mark.parametrize(("values", "energy"), LAST_VALUES)
def test_sessions_whose_stop_older_books_gave_up_count_until_their_last_meter_value(
    empty, opener, values, energy
):
    made_at(empty, "0004")
    session = (
        "INSERT INTO transactions (id, charger_id, id_tag, status, meter_start, start_time, started_at, start_received_at,"
        " start_digest, closed_at) VALUES ({0}, 1, 'A', 'Accepted', 1000, '', 5, 5, '{0}', {1})"
    )
    value = (
        "INSERT INTO meter_values (charger_id, transaction_id, time, at, received_at, value, context, format, measurand,"
        " phase, location, unit, digest) VALUES (1, {0}, '', {1}, 5, '{2}', '', 'Raw',"
        " 'Energy.Active.Import.Register', '', 'Outlet', '{3}', '{0}-{1}')"
    )
    execute(
        empty,
        "INSERT INTO chargers (id, serial, known, first_seen) VALUES (1, 'GA001', TRUE, 5)",
        session.format(1, 9),
        session.format(2, "NULL"),
        *(value.format(each, at, *of) for each in (1, 2) for at, of in enumerate(values)),
    )
    assert rows(opener(empty), transactions, "energy_wh", "counted_wh") == [(energy, energy), (None, None)]


def test_books_are_opened_again_with_what_they_hold(opened):
    with opened().unit() as unit:
        unit.charger("GA001").book("BootNotification", {}, {"status": "Accepted"}, 1.0)
    assert opened().known() == ["GA001"]


def test_two_processes_may_make_them_at_once(empty):
    engine = create_engine(database_url(empty))
    with ThreadPoolExecutor() as pool, engine.connect() as first:
        if engine.dialect.name == "sqlite":
            first.connection.driver_connection.isolation_level = None
            first.exec_driver_sql("BEGIN IMMEDIATE")
        migrate.migrate(first, "here")
        second = pool.submit(open_books, empty)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)
        first.commit()
        second.result(timeout=60).close()
    engine.dispose()


def test_books_without_a_write_ahead_log_that_cannot_be_written_are_named(tmp_path, monkeypatch):
    """Such as a backup: it was copied without its log."""
    monkeypatch.setattr("chargerctl.central.books.engine.LOCK_TIMEOUT_S", 0)
    books = tmp_path / "books.sqlite"
    open_books(str(books)).close()
    reader = sqlite3.connect(books, isolation_level=None)
    reader.execute("PRAGMA journal_mode = DELETE")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chargers").fetchone()
    with pytest.raises(BooksError, match=r"books\.sqlite: the books are locked by another program"):
        open_books(str(books))
    reader.close()


def test_new_books_are_told_from_old_ones(empty, opener):
    assert opener(empty).is_new
    assert not opener(empty).is_new


def test_books_of_a_newer_chargerctl_are_refused(empty, opener):
    opener(empty)
    execute(empty, f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(BooksError, match=r"newer chargerctl .*9999.* update chargerctl"):
        opener(empty)


def test_the_database_of_another_program_is_named_and_left_alone(empty, opener):
    execute(empty, "CREATE TABLE recipes (id INTEGER)", "INSERT INTO recipes VALUES (7)")
    with pytest.raises(BooksError, match=r"belongs to another program .*'recipes'"):
        opener(empty)
    engine = create_engine(database_url(empty))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM recipes")).scalars().all() == [7]
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "delete"
    engine.dispose()


def test_whoever_only_reads_makes_no_books(empty, opener):
    with pytest.raises(BooksError, match="no books yet"):
        opener(empty, create=False)
    opener(empty)
    opener(empty, create=False)


def test_a_command_that_only_reads_leaves_no_file(tmp_path):
    with pytest.raises(BooksError, match="no books yet"):
        open_books(str(tmp_path / "none.db"), create=False)
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_private_and_writes_ahead(tmp_path):
    path = tmp_path / "books.db"
    store = open_books(str(path))
    with store.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2  # FULL
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        files = list(tmp_path.iterdir())
    store.close()
    assert path in files
    assert {stat.S_IMODE(each.stat().st_mode) for each in files if each.exists()} == {0o600}


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(BooksError, match=r"notes\.txt: the books .*(database|damaged)"):
        open_books(str(path))
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """It is never there however often a service is started again: wrong input, exit status 2."""
    with pytest.raises(InputError, match=r"gone/books\.db: .*No such file.*; make the folder"):
        open_books(str(tmp_path / "gone" / "books.db"))
    with pytest.raises(InputError, match="is a folder: name the file"):
        open_books(str(tmp_path))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "no name"),
        ("mysql://root:hunter2@db/x", "mysql is not a database for the books"),
        ("sqlite://", "need a file"),
        ("sqlite:///:memory:", "need a file"),
        ("postgresql://user:hunter2@host:port/x", "cannot be read"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url, reason):
    with pytest.raises(InputError, match=reason) as caught:
        database_url(url)
    assert "hunter2" not in str(caught.value)


def test_messages_name_a_server_without_its_password():
    assert place(database_url("postgres://user:hunter2@db.lan/books")) == "db.lan:5432/books"


def test_a_server_that_does_not_answer_is_named(unused_port):
    with pytest.raises(BooksError, match=rf"127\.0\.0\.1:{unused_port}/x: .*Connection refused"):
        open_books(f"postgresql://user:hunter2@127.0.0.1:{unused_port}/x")


def test_a_database_that_is_not_there_is_named(postgres):
    with pytest.raises(BooksError, match="does not exist"):
        open_books(postgres.database() + "_gone")


def test_books_that_an_older_central_system_works_on_are_left_as_they_are(empty, opener):
    """It would go on without its tables, and tell every charger that nobody answers."""
    made_at(empty, "0005")
    beat = "INSERT INTO workers (name, started_at, last_seen) VALUES ('old-1-abc', 0, {})"
    execute(empty, beat.format(round(time.time() * 1000)))
    with pytest.raises(BooksError, match=r"an older chargerctl .*old-1-abc.*: stop every one of them"):
        opener(empty)
    execute(empty, "UPDATE workers SET last_seen = last_seen - 20000")
    opener(empty)
