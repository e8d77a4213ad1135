# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a part works: logged once when it is lost and once when it is back, and when to try it again."""

from micropython import const

from charger import ticks

_RETRY_MS = const(2000)


class Health:
    """Starts as not lost and due at once: the first try decides."""

    def __init__(self, log, tag):
        self.lost = False
        self._log = log
        self._tag = tag
        self._retry = None

    def fail(self, now, why):
        """The part is gone, or still is."""
        if not self.lost:
            self.lost = True
            self._log(self._tag, "lost: " + why)
        self._retry = ticks.add(now, _RETRY_MS)

    def work(self):
        """The part does what it should."""
        if self.lost:
            self.lost = False
            self._log(self._tag, "works again")

    def due(self, now):
        """True when a part that is not there may be tried."""
        return self._retry is None or ticks.reached(now, self._retry)


def reason(error):
    """The text of a driver's exception. ESP-IDF's MemoryError has none."""
    words = error.args[-1] if error.args else ""
    if isinstance(error, MemoryError):
        words = "out of memory"
    return words if isinstance(words, str) and words else "does not answer"
