# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chip's watchdog. Who feeds it has seen every task make progress."""

import microcontroller
import watchdog


class Watchdog:
    """Resets the board when not fed for `seconds` (2 to 8, the most that an RP2 can)."""

    def __init__(self, seconds):
        self._dog = microcontroller.watchdog
        # In this order, and never again: a running watchdog refuses another timeout on some ports.
        self._dog.timeout = seconds
        self._dog.mode = watchdog.WatchDogMode.RESET

    def feed(self):
        self._dog.feed()
