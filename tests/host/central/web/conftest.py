# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books for pages whose tests ask for `books_for`."""

import shutil

import pytest
from chargerctl.central.books.policies import Policies
from chargerctl.central.books.store import open_books


@pytest.fixture(scope="session")
def empty_books(tmp_path_factory):
    """To be copied: that is quicker than to make them."""
    path = tmp_path_factory.mktemp("empty") / "books.db"
    open_books(str(path)).close()
    return path


@pytest.fixture
def books_for(empty_books, tmp_path):
    """books_for(policies) -> new books; books_for(policies, path) -> a copy of those."""
    opened = []

    def make(policies=None, path=empty_books):
        opened.append(open_books(str(shutil.copy(path, tmp_path)), policies or Policies()))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
