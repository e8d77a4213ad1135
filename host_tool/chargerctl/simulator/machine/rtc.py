# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's real-time clock. An ESP32 keeps it through most resets and loses it with the power; an RP2 starts it anew
at every reset, so nothing can be remembered in it."""

from __future__ import annotations

from chargerctl.simulator.machine.clock import Clock

# Where it starts: 2000-01-01T00:00:00Z; before 9.2 an RP2's started at 2020-01-01T00:00:00Z.
AT_POWER_ON = 946_684_800
AT_POWER_ON_RP2_BEFORE_9_2 = 1_577_836_800


class Rtc:
    def __init__(self, clock: Clock, start_unix: int = AT_POWER_ON) -> None:
        self._clock = clock
        self._start_unix = start_unix
        self._offset_us = 0
        self.lose()

    def unix(self) -> int:
        """Whole seconds since 1970."""
        return (self._clock.now_us + self._offset_us) // 1_000_000

    def set(self, unix: int) -> None:
        self._offset_us = unix * 1_000_000 - self._clock.now_us

    def lose(self) -> None:
        """The chip has started it anew."""
        self.set(self._start_unix)
