# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns sightings of a card into presentations, for every kind of reader."""

from micropython import const

from charger import ticks

_GONE_MS = const(500)


class Presence:
    """The same card counts again only after half a second without one."""

    def __init__(self):
        self._card = None
        self._seen = 0

    def see(self, now, card):
        """A card was seen. Returns it if this is a new presentation, else None."""
        self._seen = now
        if card == self._card:
            return None
        self._card = card
        return card

    def miss(self, now):
        """No card this time. To be called every pass, so that the tick counter cannot wrap meanwhile."""
        if self._card is not None and ticks.diff(now, self._seen) >= _GONE_MS:
            self._card = None
