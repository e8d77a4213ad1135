# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books in both databases."""

from __future__ import annotations

import socket

import pytest
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books

from tests.postgres import Postgres

NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z
LEARNING = Policies(Policy.LEARN, Policy.LEARN)


@pytest.fixture(scope="session")
def postgres():
    """One server for all tests of this process."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The URL of a new, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'books.db'}"
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def opened(database):
    """opened(policies, ...) -> the books in this database; each call opens them once more."""
    stores = []

    def make(policies=LEARNING, **more):
        stores.append(open_books(database, policies, **more))
        return stores[-1]

    yield make
    for each in stores:
        each.close()


@pytest.fixture
def books(opened):
    return opened()


@pytest.fixture
def unused_port():
    """A loopback port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
