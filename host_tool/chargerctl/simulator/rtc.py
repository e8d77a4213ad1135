# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's real-time clock: kept through a reset, lost with the power."""

from __future__ import annotations

from chargerctl.simulator.clock import Clock

# 2000-01-01T00:00:00Z, where it starts.
AT_POWER_ON = 946_684_800


class Rtc:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_us = 0
        self.lose()

    def unix(self) -> int:
        """Whole seconds since 1970."""
        return (self._clock.now_us + self._offset_us) // 1_000_000

    def set(self, unix: int) -> None:
        self._offset_us = unix * 1_000_000 - self._clock.now_us

    def lose(self) -> None:
        self.set(AT_POWER_ON)
