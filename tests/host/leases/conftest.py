# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Registers in memory and in PostgreSQL, by a clock that the test has."""

from __future__ import annotations

import pytest
from chargerctl.leases.fence import FENCE
from chargerctl.leases.memory import Database, MemoryRegister
from chargerctl.leases.postgres import PostgresRegister
from sqlalchemy import create_engine, make_url, text

from tests.postgres import Postgres

# Found before PostgreSQL's own, which has the same name.
_CLOCK = """
CREATE TABLE IF NOT EXISTS moment (at double precision);
INSERT INTO moment VALUES (0);
CREATE OR REPLACE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
AS 'SELECT to_timestamp(at) FROM moment';
"""


class World:
    """What all workers share: the register's place, and its clock."""

    def __init__(self) -> None:
        self.now = 1_000_000.0


class InMemory(World):
    def __init__(self) -> None:
        super().__init__()
        self.database = Database(lambda: self.now)

    def register(self):
        return MemoryRegister(self.database)

    def stands(self, token):
        return self.database.stands(token)

    def holder(self, serial):
        row = self.database.chargers.get(serial)
        return row and row.worker

    def close(self):
        pass


class InPostgres(World):
    def __init__(self, url):
        super().__init__()
        self._url = make_url(url).set(
            drivername="postgresql+psycopg", query={"options": "-csearch_path=public,pg_catalog"}
        )
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._connection = self._engine.connect()
        self._connection.execute(text(_CLOCK))
        self._told = 0.0

    def tell(self):
        if self._told != self.now:
            self._told = self.now
            self._connection.execute(text("UPDATE moment SET at = :now"), {"now": self.now})

    def register(self):
        return _InPostgres(self, self._url)

    def stands(self, token):
        self.tell()
        return self._connection.execute(FENCE, token.values).one_or_none() is not None

    def holder(self, serial):
        query = text("SELECT worker FROM lease_chargers WHERE serial = :serial")
        return self._connection.execute(query, {"serial": serial}).scalar_one_or_none()

    def close(self):
        self._connection.close()
        self._engine.dispose()


class _InPostgres(PostgresRegister):
    """Tells the database what time it is before each transaction."""

    def __init__(self, world, url):
        super().__init__(url, "central")
        self._world = world

    def _transaction(self):
        self._world.tell()
        return super()._transaction()


@pytest.fixture(scope="session")
def postgres():
    """One server for all tests of this process."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(params=["memory", "postgresql"])
def world(request):
    """With an empty register."""
    in_memory = request.param == "memory"
    found = InMemory() if in_memory else InPostgres(request.getfixturevalue("postgres").database())
    yield found
    found.close()
