# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a conversation remembers, until the books have kept it: saved() or lost() follows each unit of work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")


class Kept(Generic[T]):
    """A value that lost() takes back to what it was at the last saved(). It must be immutable."""

    def __init__(self, value: T) -> None:
        self.value = self._saved = value

    def change(self, change: Callable[[T], T]) -> None:
        """Change it so that lost() does not undo that."""
        self._saved = change(self._saved)
        self.value = change(self.value)

    def saved(self) -> None:
        self._saved = self.value

    def lost(self) -> None:
        self.value = self._saved


class Memory(Generic[V]):
    """The last `size` values by their keys, those that were remembered first go first. lost() takes back what was remembered
    or cleared since the last saved(). Without either it works as well."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[str, V] = {}
        self._fresh: dict[str, V] = {}
        # Whether what is kept was cleared.
        self._cleared = False

    def get(self, key: str) -> V | None:
        found = self._fresh.get(key)
        return self._kept.get(key) if found is None and not self._cleared else found

    def remember(self, key: str, value: V) -> None:
        _put(self._fresh, key, value, self._size)

    def saved(self) -> None:
        if self._cleared:
            self._kept.clear()
            self._cleared = False
        for key, value in self._fresh.items():
            _put(self._kept, key, value, self._size)
        self._fresh.clear()

    def lost(self) -> None:
        self._fresh.clear()
        self._cleared = False

    def clear(self) -> None:
        self._fresh.clear()
        self._cleared = True


def _put(table: dict[str, V], key: str, value: V, size: int) -> None:
    table[key] = value
    if len(table) > size:
        del table[next(iter(table))]
