# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns at the books, for those who come in any number: the viewers of the page. Each that reads has a connection and a
thread, of which there are not so many."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from chargerctl.central.books.interface import BooksError

# Well below the connections that one process has beside those of the desk (engine.py).
_AT_ONCE = 8
# With those that have their turn fewer than the threads of a web server, so that others find one: for them waiting would
# have no end.
_WAITING = 24
_PATIENCE_S = 3.0
_BUSY = "the books are busy: too many requests read them at once; try again in a moment"


class BusyError(BooksError):
    """Too many read the books at once."""


class Turns:
    """at_once: how many have their turn; waiting: how many others may wait for it; patience_s: how long each waits."""

    def __init__(
        self, at_once: int = _AT_ONCE, waiting: int = _WAITING, patience_s: float = _PATIENCE_S
    ) -> None:
        self._patience_s = patience_s
        self._free = threading.Semaphore(at_once)
        self._places = threading.Semaphore(at_once + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for it. BusyError: it did not come in time, or too many wait already."""
        if not self._places.acquire(blocking=False):
            raise BusyError(_BUSY)
        try:
            if not self._free.acquire(timeout=self._patience_s):
                raise BusyError(_BUSY)
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._places.release()
