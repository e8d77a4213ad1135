# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What every card reader does: it notices that it is lost and tries again, and it reports a card once."""

import supervisor
from micropython import const

from charger import ticks
from charger.hardware.health import Health, reason

_GONE_MS = const(500)
# In a longer pass the reader was blocked, and did not look: only this much of it counts.
_PASS_MS = const(50)
_STRIKES = const(3)


class Reader:
    """A driver's base. The driver gives `_set_up(now)`, after which it looks for cards, and `_advance(now)`: one step of
    that, in which nothing waits. It returns the UID of a newly presented card or None, and raises RuntimeError or
    IndexError for an answer that makes no sense, OSError or MemoryError for a transfer that fails.
    """

    fitted = True

    def __init__(self, bus, log):
        self._bus = bus
        self._health = Health(log, "card")
        self._presence = Presence()
        self._strikes = 0
        # Lost, or not tried yet.
        self._away = True

    @property
    def lost(self):
        return self._health.lost

    def step(self, now):
        """The UID of a newly presented card (upper-case hex), else None."""
        if self._away:
            if not self._health.due(now) or not self._bus.usable(now):
                return None
            self._away = False
            self._set_up(now)
        elif not self._bus.usable(now):
            self._lose(now, self._bus.reason)
            return None
        self._presence.miss(now)
        started = supervisor.ticks_ms()
        try:
            return self._advance(now)
        except (RuntimeError, IndexError):
            self._strike(now, "invalid answer")
        except (OSError, MemoryError) as error:
            if self._bus.stalled(started):
                self._lose(now, reason(error))
            else:
                self._strike(now, reason(error))
        return None

    def _work(self):
        """The chip has answered as it should."""
        self._strikes = 0
        self._health.work()

    def _strike(self, now, why):
        """One bad answer is noise, the third in a row a lost reader."""
        self._strikes += 1
        if self._health.lost or self._strikes >= _STRIKES:
            self._lose(now, why)
        else:
            self._set_up(now)

    def _lose(self, now, why):
        self._away = True
        self._strikes = 0
        self._health.fail(now, why)


class Presence:
    """Turns sightings of a card into presentations: the same card counts again only after half a second in which the
    reader looked and found none."""

    def __init__(self):
        self._card = None
        self._looked = 0
        self._gone_ms = 0

    def see(self, now, card):
        """A card was seen. Returns it if this is a new presentation, else None. None: one that could not be read, so
        that the card of before is not gone."""
        self._gone_ms = 0
        if card is None or card == self._card:
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
