# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps the display's address and time lines true. Text is made when something changed, never in between."""

from charger import ticks


class Panel:
    """The address line says "Offline" while a charge goes on with Wi-Fi, but without the broker."""

    def __init__(self, screen, clock, wifi, link, interlock, now):
        self._screen = screen
        self._clock = clock
        self._wifi = wifi
        self._link = link
        self._interlock = interlock
        self._next_minute = now
        self._settings = -1

    def step(self, now):
        address = self._wifi.address
        if address is not None and self._interlock.closed and not self._link.connected:
            address = "Offline"
        if address != self._screen.address:
            self._screen.address = address
        if self._clock.settings != self._settings or ticks.reached(now, self._next_minute):
            self._show_time(now)

    def _show_time(self, now):
        self._settings = self._clock.settings
        unix = self._clock.unix()
        left_s = 60 if unix is None else 60 - unix % 60
        self._next_minute = ticks.add(now, left_s * 1000)
        self._screen.local_time = self._clock.local_text()
