# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Holds cards to a reader, one after the other, as a person does."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock

# A reader needs this long without a card before the next one.
_BETWEEN_CARDS_US = 500_000


class Swiping:
    """hold(uid): a card, in upper-case hex, is held to the reader; None: it is taken away."""

    def __init__(self, clock: Clock, hold: Callable[[str | None], object]) -> None:
        self._clock = clock
        self._hold = hold
        self._free_us = 0

    @property
    def over(self) -> bool:
        """Whether the reader is ready for the next card."""
        return self._clock.now_us >= self._free_us

    def swipe(self, uid: str, hold_s: float) -> None:
        """Hold a card (its UID in hex) to the reader; after the one before and half a second without."""
        start_us = max(self._clock.now_us, self._free_us)
        end_us = start_us + round(hold_s * 1_000_000)
        self._free_us = end_us + _BETWEEN_CARDS_US
        self._clock.call_at(start_us, lambda: self._hold(uid.upper()))
        self._clock.call_at(end_us, lambda: self._hold(None))
