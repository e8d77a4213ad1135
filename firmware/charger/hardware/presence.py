# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns sightings of a card into presentations, for every kind of reader."""

from micropython import const

from charger import ticks

_GONE_MS = const(500)
# A longer pass was a stall without a look: no more than this of it counts.
_PASS_MS = const(50)


class Presence:
    """The same card counts again only after half a second in which the reader looked and found none."""

    def __init__(self):
        self._card = None
        self._looked = 0
        self._gone_ms = 0

    def see(self, now, card):
        """A card was seen. Returns it if this is a new presentation, else None."""
        self._gone_ms = 0
        if card == self._card:
            return None
        self._card = card
        return card

    def miss(self, now):
        """No card yet in this pass. To be called in every pass in which the reader looks for one."""
        passed = ticks.diff(now, self._looked)
        self._looked = now
        # After days without a look the difference may be anything.
        self._gone_ms += passed if 0 <= passed < _PASS_MS else _PASS_MS
        if self._gone_ms >= _GONE_MS:
            self._gone_ms = _GONE_MS
            self._card = None
