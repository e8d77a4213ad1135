# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether something that stands still may do so now: every part asks here before it calls what blocks."""

# How long joining a network takes on an ESP32: nobody knows, so only an open relay allows it.
UNBOUNDED = 1 << 28
# What one pass may take beside the one thing that stands still in it.
WATCHDOG_RESERVE_MS = 500


class Stalls:
    """Whether something may stand still now: at most once in a pass, and for longer than [safety] max_stall_ms only
    while the relay is open and stays so.

    Never for so long that the watchdog, which nobody feeds then, resets the board; UNBOUNDED, of which nobody knows how
    long it is, apart. `granted_ms`: what was allowed since somebody last set it to 0. `spent`: something has stood still
    in this pass.
    """

    def __init__(self, relay, max_stall_ms, watchdog_seconds, log):
        self._relay = relay
        self._max_stall_ms = max_stall_ms
        self._watchdog_seconds = watchdog_seconds
        self._log = log
        self._refused_ms = 0
        self._interlock = None
        self.granted_ms = 0
        self.spent = False

    def follow(self, interlock):
        """From now on a relay that may close at any moment counts as closed, and nobody is kept waiting at the lock."""
        self._interlock = interlock

    def allow(self, ms):
        if self._watchdog_seconds * 1000 - WATCHDOG_RESERVE_MS < ms < UNBOUNDED:
            self._refuse(ms)
            return False
        allowed = not self.spent and (ms <= self._max_stall_ms or self._idle())
        if allowed:
            self.granted_ms += ms
        return allowed

    def _idle(self):
        return not self._relay.closed and (self._interlock is None or not self._interlock.busy)

    def _refuse(self, ms):
        if ms != self._refused_ms:
            self._refused_ms = ms
            text = "[safety] watchdog_seconds = {} leaves no time for what takes {} ms: it is left out"
            self._log("safety", text.format(self._watchdog_seconds, ms))
