# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books in both databases, and their states."""

from __future__ import annotations

import pytest
from chargerctl.central.live.read import read_states

from tests.host.central.books.charger import NOW
from tests.host.central.books.conftest import (  # noqa: F401
    books,
    database,
    empty,
    kind,
    made_postgresql,
    made_sqlite,
    opened,
    opener,
)


@pytest.fixture
def states(books):  # noqa: F811
    """states(now) -> those of all chargers, by serial."""

    def read(now=NOW, serial=None):
        with books.reading() as connection:
            return read_states(connection, now, serial)

    return read
