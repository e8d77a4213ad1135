# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How long to wait before the next attempt: longer and longer, and never in step with others (JERR 3.3)."""

from __future__ import annotations

from collections.abc import Callable

FIRST_S = 1.0
LONGEST_S = 60.0
# A connection that lasted so long was a good one: what failed before it does not count.
GOOD_S = 60.0


class Pauses:
    """`random()` gives 0 to 1. A pause is at least half of 1, 2, 4 … 60 s: what was under way when the last connection broke
    has arrived by then."""

    def __init__(self, random: Callable[[], float], first_s: float = FIRST_S) -> None:
        self._random = random
        self._first_s = first_s
        self._longest = first_s

    def next(self) -> float:
        """Seconds."""
        pause = self._longest * (0.5 + self._random() / 2)
        self._longest = min(self._longest * 2, LONGEST_S)
        return pause

    def lasted(self, seconds: float) -> None:
        """So long the last connection was open."""
        if seconds >= GOOD_S:
            self._longest = self._first_s
