# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Connections to the database of the books: what its URL may say, and what holds for every connection.

SQLite: write-ahead log, every commit on the disk (synchronous=FULL) before it returns, foreign keys. PostgreSQL: a lost
server is noticed within seconds, not after the hours of TCP.
"""

from __future__ import annotations

import importlib.util
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from chargerctl.central.books.faults import as_books_error, may_pass
from chargerctl.central.books.interface import BooksError
from chargerctl.errors import InputError
from chargerctl.files import refuse_other_than_file

# How long a writer waits for another one.
LOCK_TIMEOUT_S = 5

_POSTGRESQL_NAMES = ("postgres", "postgresql", "postgresql+psycopg")
_POSTGRESQL_OPTIONS = (
    f"-c synchronous_commit=on -c lock_timeout={LOCK_TIMEOUT_S}s -c statement_timeout=30s "
    "-c idle_in_transaction_session_timeout={idle_s}s"
)


def database_url(text: str | URL) -> URL:
    """Of `--database`: a file's path, sqlite:///PATH or postgresql://USER@HOST/NAME; InputError."""
    if isinstance(text, str) and "://" not in text:
        if not text:
            raise InputError("the database has no name: give a file, or postgresql://USER@HOST/NAME")
        return URL.create("sqlite+pysqlite", database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Without the text: it may hold a password.
        raise InputError(
            "the database's URL cannot be read: sqlite:///PATH or postgresql://USER@HOST/NAME"
        ) from None
    if url.drivername in _POSTGRESQL_NAMES:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise InputError(f"{url.drivername} is not a database for the books: use sqlite or postgresql")
    if url.database in (None, "", ":memory:") or url.query:
        raise InputError("the books need a file: sqlite:///PATH")
    return url.set(drivername="sqlite+pysqlite")


def place(url: URL) -> str:
    """How messages name the database, without a password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "localhost"
    return f"{host}:{url.port or 5432}/{url.database or url.username or ''}"


def make_engine(url: URL, idle_s: int = 60, durable: bool = True) -> Engine:
    """An engine that has connected to nothing yet; BooksError where its driver is not installed. idle_s: PostgreSQL ends a
    transaction whose program has done nothing in it for so long, for others wait for its locks. durable: of SQLite, whether
    each commit waits for the disk."""
    engine = _sqlite(url, durable) if url.get_backend_name() == "sqlite" else _postgresql(url, idle_s)

    @event.listens_for(engine, "handle_error")
    def gone(context: ExceptionContext) -> BooksError | None:
        # Where it happens, also in the middle of a unit of work: else the desk takes it for a mistake of its own.
        error = context.sqlalchemy_exception
        if error is None or context.is_pre_ping:
            return None  # a connection that is dead already is replaced
        return as_books_error(error, place(url)) if may_pass(error) else None

    return engine


def begin_for_writing(connection: Connection) -> Connection:
    """So that its next transaction has the right to write from its beginning: SQLite cannot wait for it later."""
    return connection.execution_options(begin="BEGIN IMMEDIATE")


@contextmanager
def begun_at_once(connection: Connection) -> Iterator[None]:
    """A transaction that may write, kept at the end of the block. BooksError at once where it had to wait for another."""
    if connection.dialect.name == "sqlite":
        own = connection.connection.driver_connection
        assert own is not None
        own.execute("PRAGMA busy_timeout = 0")
        try:
            with begin_for_writing(connection).begin():
                yield
        finally:
            if not connection.invalidated:
                own.execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT_S * 1000}")
    else:
        with connection.begin():
            connection.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
            yield


def create_private_file(path: Path) -> None:
    """An empty file that only its owner can read, unless there is one: the books hold hashes of passwords. BooksError."""
    if path.is_dir():
        raise InputError(f"{path}: is a folder: name the file of the books in it as `database`")
    try:
        refuse_other_than_file(path)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{path}: the books cannot be opened: {error.strerror}; make the folder, or correct `database`"
        ) from None
    except OSError as error:
        raise BooksError(
            f"{path}: the books cannot be opened: {error.strerror}; see who owns the folder, or name another file as "
            "`database`"
        ) from None


def _sqlite(url: URL, durable: bool) -> Engine:
    path = Path(str(url.database)).absolute()

    def connect() -> sqlite3.Connection:
        # Never makes a file: where the books were removed, they are not begun anew without a word.
        return sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=LOCK_TIMEOUT_S,
            check_same_thread=False,
            # Python's own idea of when a transaction begins is too late, and differs between its versions.
            isolation_level=None,
        )

    engine = create_engine(
        "sqlite+pysqlite://", creator=connect, poolclass=QueuePool, pool_timeout=LOCK_TIMEOUT_S
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.execute("PRAGMA foreign_keys = ON")
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.info["file"] != _identity(path):
            # SQLite would write on into a file that has no name any more.
            connection.invalidate()
            raise BooksError(f"{path}: the books were removed or replaced while they were in use")
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _postgresql(url: URL, idle_s: int) -> Engine:
    if importlib.util.find_spec("psycopg") is None:
        raise BooksError("books in PostgreSQL need psycopg: pip install 'chargerctl[postgresql]'")
    options = url.query.get("options", "")
    given = options if isinstance(options, str) else " ".join(options)
    return create_engine(
        url,
        # A connection that broke since it was used last is replaced, not handed out.
        pool_pre_ping=True,
        pool_timeout=LOCK_TIMEOUT_S,
        connect_args={
            "options": f"{_POSTGRESQL_OPTIONS.format(idle_s=idle_s)} {given}".rstrip(),
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        },
    )
