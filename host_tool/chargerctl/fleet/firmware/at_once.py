# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The ticks of MiniMQTT alone, in the place of the library adafruit_ticks.

Its loop(0) looks for messages again and again until the millisecond is over. One look is enough where the link asks in each
pass, so here the next millisecond is there each time it asks.
"""

from __future__ import annotations

import itertools

_PERIOD = 1 << 29


class AtOnce:
    """What MiniMQTT takes of the library."""

    def __init__(self) -> None:
        self._count = itertools.count()

    def ticks_ms(self) -> int:
        return next(self._count) % _PERIOD

    def ticks_diff(self, later: int, earlier: int) -> int:
        return (later - earlier) % _PERIOD
