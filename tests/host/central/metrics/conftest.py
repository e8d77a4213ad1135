# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
from __future__ import annotations

import shutil

import pytest
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.central.metrics.books import OfBooks
from chargerctl.central.metrics.metrics import Metrics

from tests.host.central.books.charger import NOW


class Scraped:
    """Metrics of books at a time that a test sets."""

    def __init__(self, books) -> None:
        self.now = NOW
        self.steady = 0.0
        self._metrics = Metrics()
        self._metrics.expose(OfBooks(books, lambda: self.now, lambda: self.steady))

    def value(self, name: str, **labels: str) -> float | None:
        return self._metrics.registry.get_sample_value(f"chargerctl_{name}", labels)

    def series(self, name: str) -> dict[tuple[str, ...], float]:
        """By the values of their labels."""
        return {
            tuple(sample.labels.values()): sample.value
            for family in self._metrics.registry.collect()
            for sample in family.samples
            if sample.name == f"chargerctl_{name}"
        }


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """New books, to be copied: that is quicker than to make them."""
    path = tmp_path_factory.mktemp("made") / "books.db"
    open_books(str(path)).close()
    return path


@pytest.fixture
def books(made, tmp_path):
    store = open_books(
        str(shutil.copy(made, tmp_path)), Policies(Policy.REFUSE, Policy.ACCEPT), worker="works"
    )
    yield store
    store.close()


@pytest.fixture
def scraped(books):
    return Scraped(books)
