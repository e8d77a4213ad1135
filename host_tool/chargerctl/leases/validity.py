# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How long a worker may speak, by a clock of its own, without asking anybody.

The database counts a lease from when it keeps the renewal, which is later than when the worker sent it: counted from the
sending, and less a margin, the lease is over here before the database lets somebody else in, whatever the dates are.
"""

from __future__ import annotations

import time
from collections.abc import Callable

LEASE_S = 10.0
"""What a renewal is worth, by the database's clock."""
MARGIN_S = 1.0
"""For what is on its way to a socket, and for clocks of different speed."""
CLOSING_S = 2.0
"""For the end of connections, while the worker still may speak."""
PARTING_S = MARGIN_S / 2
"""So long after the worker has given a lease up that lasts, a last word to a charger finds nobody else who speaks to it."""


def steady_clock() -> Callable[[], float]:
    """Seconds of a clock that never jumps, and goes on while the computer sleeps, where it has one."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):  # macOS: the second one goes on in sleep
        number = getattr(time, name, None)
        if number is not None:
            return lambda: time.clock_gettime(number)
    return time.monotonic


class Validity:
    """All times are those of one steady clock, in seconds."""

    def __init__(self) -> None:
        self.until = float("-inf")
        """From here on nothing may be said."""

    def renewed(self, asked_at: float) -> None:
        """A renewal succeeded that was sent at this time."""
        self.until = max(self.until, asked_at + LEASE_S - MARGIN_S)

    def ended(self) -> None:
        """The database has given what it was for to others, or may."""
        self.until = float("-inf")

    def lasts(self, now: float) -> bool:
        """Whether something may be said."""
        return now < self.until

    def is_closing(self, now: float) -> bool:
        """Whether what is open has to be closed: no renewal came in time."""
        return now >= self.until - CLOSING_S
