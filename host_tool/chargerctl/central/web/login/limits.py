# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Slows guessing down: after some tries without a wait, each one that fails doubles the time until the next is heard.

In memory, of this process. A try counts as failed from its beginning, so that many at once count, too; forgive() takes it
back. Only time makes the others forgotten: whoever has an account gets no new tries at another one by logging in.
"""

from __future__ import annotations

import hashlib
import heapq
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

FORGOTTEN_AFTER_S = 3600.0
_MOST_KEYS = 10_000


@dataclass(frozen=True)
class Pace:
    """So many tries are free; then it is a second until the next, two, four, and never more than longest_s."""

    name: str
    free: int
    longest_s: float

    def wait(self, failed: int) -> float:
        """After so many that failed."""
        if failed < self.free:
            return 0.0
        return min(self.longest_s, 2.0 ** min(failed - self.free, 30))


Key = tuple[Pace, str]
"""What is counted: of this pace, this address or this name."""


class Limits:
    """clock: seconds that never go back. Bounded, whatever names are tried: of each pace at most 10,000 are remembered; then
    the half with the fewest failures is forgotten, never one that is being guessed at in earnest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # So that nobody can choose names that look alike.
        self._salt = secrets.token_bytes(16)
        # pace -> {key: (how many failed, when the last)}
        self._failed: dict[str, dict[bytes, tuple[int, float]]] = {}

    def begin(self, keys: Sequence[Key]) -> float:
        """0: it may be tried, and counts. Else the seconds until it may be; then it does not count."""
        with self._lock:
            now = self._clock()
            wait = max(self._wait(key, now) for key in keys)
            if wait > 0:
                return wait
            for key in keys:
                count, _ = self._of(key, now)
                self._table(key[0], now)[self._digest(key[1])] = (count + 1, now)
            return 0.0

    def forgive(self, keys: Sequence[Key]) -> None:
        """One that has begun was right, or nobody could say."""
        with self._lock:
            now = self._clock()
            for key in keys:
                count, at = self._of(key, now)
                if count > 1:
                    self._table(key[0], now)[self._digest(key[1])] = (count - 1, at)
                else:
                    self._table(key[0], now).pop(self._digest(key[1]), None)

    def _wait(self, key: Key, now: float) -> float:
        count, at = self._of(key, now)
        return max(0.0, at + key[0].wait(count) - now) if count else 0.0

    def _of(self, key: Key, now: float) -> tuple[int, float]:
        count, at = self._failed.get(key[0].name, {}).get(self._digest(key[1]), (0, now))
        return (0, now) if now - at >= FORGOTTEN_AFTER_S else (count, at)

    def _table(self, pace: Pace, now: float) -> dict[bytes, tuple[int, float]]:
        table = self._failed.setdefault(pace.name, {})
        if len(table) >= _MOST_KEYS:
            recent = [each for each in table.items() if now - each[1][1] < FORGOTTEN_AFTER_S]
            kept = heapq.nlargest(_MOST_KEYS // 2, recent, key=itemgetter(1))
            table.clear()
            table.update(kept)
        return table

    def _digest(self, key: str) -> bytes:
        data = key.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._salt, digest_size=16).digest()
