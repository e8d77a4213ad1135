# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a part is there: said once when it goes and once when it comes back, and when to try it again."""

from charger import ticks

_FIRST_RETRY_MS = 1000
_LAST_RETRY_MS = 60000


class Health:
    """Starts as not lost and due at once: the first try is what finds out."""

    def __init__(self, log, tag):
        self.lost = False
        self._log = log
        self._tag = tag
        self._delay = 0
        self._retry = None

    def fail(self, now, reason):
        """The part is gone. Each further failure doubles the wait, up to a minute."""
        if not self.lost:
            self._log(self._tag, "lost: " + reason)
            self.lost = True
            self._delay = _FIRST_RETRY_MS
        else:
            self._delay = min(2 * self._delay, _LAST_RETRY_MS)
        self._retry = ticks.add(now, self._delay)

    def work(self):
        """The part does what it should."""
        if self.lost:
            self.lost = False
            self._log(self._tag, "works again")

    def due(self, now):
        """True when a part that is not there may be tried."""
        return self._retry is None or ticks.reached(now, self._retry)
