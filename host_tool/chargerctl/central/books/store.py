# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The books in a database.

    books = open_books("charger.db")              # or postgresql://USER@HOST/NAME; makes or migrates the tables
    with books.unit() as unit:                    # for the desk: kept at the end of the block, or not at all
        unit.charger("GA001").book(...)
    with books.reading() as connection:           # for commands and pages: queries
        ...
    with books.writing() as connection:           # likewise, to change cards and chargers
        ...

Every method may be called from any thread. All raise BooksError where the database fails, and can be tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, bindparam, select

from chargerctl.central.accounts import Account
from chargerctl.central.books import workers
from chargerctl.central.books.charger import is_welcome
from chargerctl.central.books.engine import (
    begin_for_writing,
    begun_at_once,
    create_private_file,
    database_url,
    make_engine,
    place,
)
from chargerctl.central.books.faults import named
from chargerctl.central.books.interface import BooksError, Unit
from chargerctl.central.books.migrate import is_current, is_empty, migrate
from chargerctl.central.books.policies import Policies
from chargerctl.central.books.retention import Keep, Retention
from chargerctl.central.books.statements import statements_for
from chargerctl.central.books.tables import chargers
from chargerctl.central.books.turns import Turns
from chargerctl.central.books.unit import DatabaseUnit, Lease
from chargerctl.central.books.version import version_of
from chargerctl.leases.fence import Token
from chargerctl.leases.worker_name import own_name

_ACCOUNT = select(chargers.c.known, chargers.c.allowed, chargers.c.password_hash).where(
    chargers.c.serial == bindparam("serial")
)


_KNOWN = select(chargers.c.serial).where(chargers.c.known, chargers.c.allowed).order_by(chargers.c.serial)

_NONE_YET = "{place}: there are no books yet: `chargerctl central serve` makes them"


def open_books(
    database: str | URL,
    policies: Policies | None = None,
    *,
    keep: Keep | None = None,
    create: bool = True,
    worker: str = "",
    durable: bool = True,
) -> DatabaseStore:
    """The books at this URL or in this file, with the tables of this program.

    policies, keep: None for the defaults. create: make them where there are none; else that is a BooksError.

    worker: a name of this process that no other has; it is made up if there is none. durable: as of make_engine.
    InputError where `database` names none; BooksError where it cannot be used, is of a newer chargerctl, or not ours.
    """
    url = database_url(database)
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        if not create and not path.exists():
            raise BooksError(_NONE_YET.format(place=path))
        create_private_file(path)
    engine = make_engine(url, durable=durable)
    try:
        with named(place(url)):
            is_new = _prepare(engine, url, create)
    except BaseException:
        engine.dispose()
        raise
    return DatabaseStore(
        engine,
        make_engine(url, idle_s=4),
        place(url),
        policies or Policies(),
        keep or Keep(),
        worker or own_name(),
        is_new=is_new,
    )


class DatabaseStore:
    """See the docstring of this module. is_new: there were no books in this place before; policies: for who is unknown.

    for_chargers: an engine of the same books, whose connections only the answers to chargers take: they wait for no viewer.
    """

    def __init__(
        self,
        engine: Engine,
        for_chargers: Engine,
        place: str,
        policies: Policies,
        keep: Keep,
        worker: str,
        *,
        is_new: bool,
    ) -> None:
        self.place = place
        self.url = engine.url
        self.is_new = is_new
        self.worker = worker
        self.policies = policies
        self._engine = engine
        self._version = version_of(engine)
        self._for_chargers = for_chargers
        self._turn: Callable[[], AbstractContextManager[None]] = nullcontext
        self._retention = Retention(keep)
        self._statements = statements_for(engine.dialect.name)
        self._charger_ids: dict[str, int] = {}
        self._token: Callable[[], Token | None] | None = None

    def fenced_by(self, token: Callable[[], Token | None]) -> None:
        """This worker speaks to chargers by leases: a unit of work is kept only if the lease that there is at its beginning
        holds at its end. FencedError else."""
        self._token = token

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        # Before anybody looks which chargers are held.
        lease = None if self._token is None else Lease(self._token())
        try:
            with named(self.place), _to_write(self._for_chargers) as connection:
                unit = DatabaseUnit(
                    connection,
                    self.place,
                    self._statements,
                    self.policies,
                    self.worker,
                    self._charger_ids,
                    lease,
                    keeps_frames=not self._retention.keep.none,
                )
                yield unit
                frames = unit.write()
        except BooksError:
            # It may have failed because of what is remembered.
            self._charger_ids = {}
            raise
        self._charger_ids |= unit.serials.new
        self._retention.added(frames)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write, kept at the end of the block."""
        with self._turn(), named(self.place), _to_write(self._engine) as connection:
            yield connection

    @contextmanager
    def writing_at_once(self) -> Iterator[Connection]:
        """Likewise, of what may as well be written later: BooksError where another one writes just now."""
        with self._turn(), named(self.place), self._engine.connect() as connection, begun_at_once(connection):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees the books of one moment."""
        with self._turn(), named(self.place), _to_read(self._engine) as connection:
            yield connection

    def version(self) -> Hashable:
        """Is it equal to one that was asked for before, nothing was committed since then, by any process. Else something may
        have been. It is cheap: ask before the books are read again and again (Reader)."""
        with named(self.place):
            return self._version()

    def in_turns(self, turns: Turns) -> DatabaseStore:
        """The same books, in which reading() and writing() wait for their turn; BusyError where it does not come. Close the
        one that was opened."""
        shared = copy(self)
        shared._turn = turns.turn
        return shared

    def charger_account(self, serial: str) -> Account | None:
        """What a charger needs that connects for itself; None: it may not take part."""
        with named(self.place), _to_read(self._for_chargers) as connection:
            row = connection.execute(_ACCOUNT, {"serial": serial}).one_or_none()
        if not is_welcome(row, self.policies):
            return None
        return Account(serial, (row and row.password_hash) or "")

    def tidy(self, now: float) -> bool:
        """Remove a small portion of what the books do not keep for good; whether there is more to remove at once. For the
        process that adds frames, every few seconds."""
        if not self._retention.is_due(now):
            return False
        try:
            if self._retention.wants_measuring(now):
                with self.reading() as connection:
                    self._retention.measure(connection, now)
            with self.writing() as connection:
                return self._retention.remove(connection, now)
        except BooksError:
            self._retention.failed()
            raise

    @property
    def frames_size(self) -> int | None:
        """Characters of all frames that are kept, as far as this process knows; None before tidy() has measured them."""
        return self._retention.size

    def known(self) -> list[str]:
        """The serials of all chargers that are known and allowed. It waits for no writer."""
        with self.reading() as connection:
            return list(connection.execute(_KNOWN).scalars())

    def others(self, now: float) -> list[str]:
        """The other processes that speak to chargers, by their names."""
        with self.reading() as connection:
            return workers.others(connection, self.worker, now)

    def leave(self, now: float) -> None:
        """For such a process, at its end."""
        with self.writing() as connection:
            workers.leave(connection, self.worker, now)

    def close(self) -> None:
        """Close every connection. Units that last are not ended."""
        self._version.close()
        self._engine.dispose()
        self._for_chargers.dispose()


@contextmanager
def _to_write(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        begin_for_writing(connection)
        with connection.begin():
            yield connection


@contextmanager
def _to_read(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def _prepare(engine: Engine, url: URL, create: bool) -> bool:
    """Whether there were no books."""
    with engine.connect() as connection:
        current = is_current(connection, place(url))
        is_new = not current and is_empty(connection)
        if is_new and not create:
            raise BooksError(_NONE_YET.format(place=place(url)))
    if not current:
        with _to_write(engine) as connection:
            migrate(connection, place(url))
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            # Not in a transaction; the driver's own connection does not begin one.
            driver = connection.connection.driver_connection
            mode = driver.execute("PRAGMA journal_mode = WAL").fetchone()[0] if driver else ""
        if mode != "wal":
            raise BooksError(
                f"{url.database}: the books cannot be kept on this file system (no write-ahead log): use a local disk"
            )
    return is_new
