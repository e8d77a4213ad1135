# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books in both databases."""

from __future__ import annotations

import shutil
import socket

import pytest
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.central.books.tables import metadata

NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z
LEARNING = Policies(Policy.LEARN, Policy.LEARN)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture
def empty(kind, request, tmp_path):
    """The URL of a database with nothing in it."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'books.db'}"
    return request.getfixturevalue("postgres").database()


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory):
    """New books, to be copied: that is quicker than to make them."""
    path = tmp_path_factory.mktemp("made") / "books.db"
    open_books(str(path)).close()
    return path


@pytest.fixture(scope="session")
def made_postgresql(postgres):
    """Books that each test empties when it ends: a database for each would take 8 MB of disk."""
    url = postgres.database()
    open_books(url).close()
    return url


@pytest.fixture
def database(kind, request, tmp_path):
    """The URL of new books."""
    made = request.getfixturevalue(f"made_{kind}")
    if kind == "sqlite":
        yield f"sqlite:///{shutil.copy(made, tmp_path)}"
        return
    yield made
    server = request.getfixturevalue("postgres")
    server.execute(made, f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    server.execute(made, "ALTER SEQUENCE transaction_ids RESTART")


@pytest.fixture
def opener():
    """opener(database, policies, ...) -> the books, open until the test ends."""
    stores = []

    def make(database, policies=LEARNING, **more):
        stores.append(open_books(database, policies, **more))
        return stores[-1]

    yield make
    for each in stores:
        each.close()


@pytest.fixture
def opened(database, opener):
    """opened(policies, ...) -> the new books; each call opens them once more."""
    return lambda *policies, **more: opener(database, *policies, **more)


@pytest.fixture
def books(opened):
    return opened()


@pytest.fixture
def unused_port():
    """A loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
