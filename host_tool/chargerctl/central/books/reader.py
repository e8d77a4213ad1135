# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""For whoever follows the books: reads them again where they have changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from sqlalchemy import Connection

from chargerctl.central.books.store import DatabaseStore

# What is shown changes by time, too: a measured power grows old, the lease of a worker ends.
_LONGEST_S = 5.0

Found = TypeVar("Found")


class Reader(Generic[Found]):
    """From one thread at a time."""

    def __init__(
        self,
        store: DatabaseStore,
        read: Callable[[Connection], Found],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._read = read
        self._monotonic = monotonic
        # Of the last time that was read; None: read whatever they are.
        self._version: Hashable | None = None
        self._read_at = 0.0

    def look(self) -> Found | None:
        """What `read` finds; None, and it is not asked: nothing was committed since it was, a few seconds ago at most.

        BooksError; what is missed by it is found the next time.
        """
        # Before it is read: what is committed meanwhile is read once more, and not missed.
        version, now = self._store.version(), self._monotonic()
        if version == self._version and now - self._read_at < _LONGEST_S:
            return None
        with self._store.reading() as connection:
            found = self._read(connection)
        self._version, self._read_at = version, now
        return found

    def forget(self) -> None:
        """The next look() reads."""
        self._version = None
