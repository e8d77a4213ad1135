# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The register of leases in PostgreSQL, over a connection of its own."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from chargerctl.leases import statements as sql
from chargerctl.leases.register import LONGEST_NOTE, Gained, RegisterError, Released, Standing
from chargerctl.leases.tables import prepare
from chargerctl.leases.worker_name import has_ended

# The server ends what takes longer: a transaction of a worker that hangs must not keep its lease from being ended.
_OPTIONS = "-c synchronous_commit=on -c statement_timeout=2s -c lock_timeout=2s -c idle_in_transaction_session_timeout=3s"
_TRIES = 5
_TOO_SLOW = "the database is too slow"


class PostgresRegister:
    """See Register (register.py). It connects when it is needed, and again after each failure. url: postgresql://…"""

    def __init__(self, url: URL, realm: str) -> None:
        self.realm = realm
        self.busy_since: float | None = None
        self._is_aborted = False
        self._engine = _engine(url)
        self._connection: Connection | None = None
        self._is_prepared = False
        # For abort(): one more descriptor of the connection's socket.
        self._socket: socket.socket | None = None
        event.listen(self._engine, "do_connect", self._connect)
        self._waker, self._woken = socket.socketpair()
        for each in (self._waker, self._woken):
            each.setblocking(False)

    def join(self, worker: str, takes: bool) -> int:
        with self._transaction() as run:
            run(sql.LOCK, names=[worker])
            before = run(sql.UNTIL, me=worker, quiet=0).scalar_one_or_none()
            run(sql.FREE_ALL, name=worker, since=before)
            epoch: int = run(sql.JOIN, me=worker, takes=takes).scalar_one()
            run(sql.NOTIFY)
        self._end_those_that_are_gone(but=worker)
        return epoch

    def renew(self, worker: str, takes: bool) -> Standing | None:
        with self._transaction() as run:
            found = run(sql.RENEW, me=worker, takes=takes).scalar_one_or_none()
        if found is None:
            return None
        self._end_those_that_are_over()
        with self._transaction() as run:
            living = run(sql.LIVING).all()
            free = run(sql.FREE).scalars().all()
        takers = tuple(each.name for each in living if each.takes)
        return Standing(found, takers, tuple(each.name for each in living), tuple(free))

    def held(self, worker: str) -> set[str]:
        with self._transaction() as run:
            return set(run(sql.HELD, me=worker).scalars())

    def claim(self, worker: str, serials: Collection[str]) -> dict[str, Gained] | None:
        with self._transaction() as run:
            if run(sql.STANDS, me=worker).one_or_none() is None:
                return None
            rows = run(sql.CLAIM, me=worker, serials=list(serials)).all()
        return {serial: Gained(_seconds(free), note) for serial, free, note in rows}

    def take(self, worker: str, serials: Collection[str]) -> dict[str, Gained] | None:
        taken: dict[str, Gained] = {}
        for _ in range(_TRIES):
            # Of some another worker was quicker.
            left = [serial for serial in serials if serial not in taken]
            if not left:
                break
            with self._transaction() as run:
                before = set(run(sql.HOLDERS, serials=left).scalars()) - {worker}
                run(sql.LOCK, names=[worker, *before])
                if run(sql.STANDS, me=worker).one_or_none() is None:
                    return None
                rows = run(sql.TAKE, me=worker, serials=left, locked=[worker, *before]).all()
                if before:
                    run(sql.RAISE, names=[*before])
                    run(sql.NOTIFY)
            taken |= {serial: Gained(_seconds(free)) for serial, free in rows}
        return taken

    def release(self, worker: str, released: Mapping[str, Released]) -> None:
        with self._transaction() as run:
            for serial, each in sorted(released.items()):
                note = None if each.note is None else each.note[:LONGEST_NOTE]
                run(sql.RELEASE, me=worker, serial=serial, note=note, quiet=round(each.quiet_s * 1000))
            run(sql.NOTIFY)

    def leave(self, worker: str, quiet_s: float = 0.0) -> tuple[str, ...]:
        with self._transaction() as run:
            run(sql.ONE_AT_A_TIME)
            run(sql.LOCK, names=[worker])
            before = run(sql.UNTIL, me=worker, quiet=round(quiet_s * 1000)).scalar_one_or_none()
            run(sql.FREE_ALL, name=worker, since=before)
            run(sql.LEAVE, me=worker)
            run(sql.NOTIFY)
            return tuple(each.name for each in run(sql.LIVING))

    def wait(self, timeout_s: float) -> bool:
        # Not select(), which knows no descriptor beyond 1,023.
        with selectors.DefaultSelector() as ways:
            ways.register(self._woken, selectors.EVENT_READ)
            with contextlib.suppress(RegisterError):
                ways.register(self._driver(), selectors.EVENT_READ)
            readable = [key.fileobj for key, _ in ways.select(max(0.0, timeout_s))]
        if self._woken in readable:
            with contextlib.suppress(BlockingIOError):
                while self._woken.recv(4096):
                    pass
        told = len(readable) > (self._woken in readable)
        if told:
            self._take_notifications()
        return told

    def wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it is awake already; or closed
            self._waker.send(b"\0")

    def abort(self) -> None:
        if self._socket is not None:
            self._is_aborted = True
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._drop()
        self._engine.dispose()
        self._waker.close()
        self._woken.close()

    # The connection.

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """Gives run(statement, **values)."""
        try:
            connection = self._connected()
            with self._bounded(), connection.begin():
                yield lambda statement, **values: connection.execute(
                    statement, {"realm": self.realm, **values}
                )
        except (SQLAlchemyError, OSError) as error:
            why = _TOO_SLOW if self._is_aborted else _failed(error)
            self._drop()
            raise RegisterError(f"the leases cannot be reached: {why}") from error

    def _connect(self, dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> Any:
        """From its first moment on the connection can be aborted."""
        driver = dialect.connect(*arguments, **options)
        self._socket = _another_of(driver.fileno())
        return driver

    def _connected(self) -> Connection:
        if self._connection is None:
            with self._bounded():
                self._connection = self._engine.connect()
            with self._bounded(), self._connection.begin():
                if not self._is_prepared:
                    prepare(self._connection)
                self._connection.exec_driver_sql(sql.LISTEN)
            self._is_prepared = True
        return self._connection

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """Of what the keeper aborts if it lasts."""
        self.busy_since = time.monotonic()
        try:
            yield
        finally:
            self.busy_since = None

    def _driver(self) -> Any:
        """psycopg's connection."""
        if self._connection is None:
            raise RegisterError("not connected")
        return self._connection.connection.driver_connection

    def _drop(self) -> None:
        self._is_aborted = False
        connection, self._connection = self._connection, None
        kept, self._socket = self._socket, None
        if kept is not None:
            kept.close()
        if connection is not None:
            with contextlib.suppress(SQLAlchemyError, OSError):
                connection.invalidate()
                connection.close()

    def _end_those_that_are_over(self) -> None:
        with self._transaction() as run:
            for name, until in run(sql.OVER).all():
                run(sql.END, name=name)
                run(sql.FREE_ALL, name=name, since=until)
                for forget in sql.FORGET:
                    run(forget)
                run(sql.NOTIFY)

    def _end_those_that_are_gone(self, but: str) -> None:
        """Of this computer: whoever is started in place of one that was killed need not wait for the end of its lease."""
        with self._transaction() as run:
            gone = [each.name for each in run(sql.LIVING) if each.name != but and has_ended(each.name)]
            for name in run(sql.LOCK, names=gone).scalars().all() if gone else ():
                run(sql.END, name=name)
                run(sql.FREE_ALL, name=name, since=None)

    def _take_notifications(self) -> None:
        """They say only that there is something to look for."""
        try:
            for _ in self._driver().notifies(timeout=0):
                pass
        except Exception:  # noqa: BLE001 (whatever broke the connection, the next transaction says it)
            self._drop()


def _engine(url: URL) -> Engine:
    given = url.query.get("options", "")
    options = given if isinstance(given, str) else " ".join(given)
    return create_engine(
        url,
        poolclass=NullPool,
        connect_args={
            "options": f"{_OPTIONS} {options}".rstrip(),
            "connect_timeout": 2,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": 4_000,
        },
    )


def _another_of(descriptor: int) -> socket.socket | None:
    with contextlib.suppress(OSError):
        return socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM)
    return None


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else max(0.0, milliseconds / 1000)


def _failed(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    return " ".join(str(original).split())[:300] or type(original).__name__
