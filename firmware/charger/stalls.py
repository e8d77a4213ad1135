# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Decides whether a blocking call may run now. Ask before every blocking call."""

# Joining a network on an ESP32 has no limit, and may end in a reset: only `idle` allows it.
UNBOUNDED = 1 << 28
# What one pass may take beside the one call that blocks in it.
WATCHDOG_RESERVE_MS = 500


class Stalls:
    """Allows at most one blocking call in a pass, and one longer than [safety] max_stall_ms only while the relay is open
    and stays so.

    Never one so long that the watchdog, which is not fed meanwhile, resets the board; except UNBOUNDED. `granted_ms`:
    the total allowed since the loop last set it to 0. `spent`: a call has blocked in this pass. `watchdog_seconds`: the
    setting.
    """

    def __init__(self, relay, max_stall_ms, watchdog_seconds, log):
        self._relay = relay
        self._max_stall_ms = max_stall_ms
        self.watchdog_seconds = watchdog_seconds
        self._log = log
        self._refused_ms = 0
        self._interlock = None
        self.granted_ms = 0
        self.spent = False

    def follow(self, interlock):
        """From now on a relay that may close at any moment counts as closed, and no call blocks while the lock moves."""
        self._interlock = interlock

    def fits(self, ms):
        """Whether a call of `ms` ends before the watchdog resets the board."""
        return ms <= self.watchdog_seconds * 1000 - WATCHDOG_RESERVE_MS

    def allow(self, ms):
        if ms < UNBOUNDED and not self.fits(ms):
            self._refuse(ms)
            return False
        allowed = not self.spent and (self.idle if ms >= UNBOUNDED else self.may(ms))
        if allowed:
            self.granted_ms += ms
        return allowed

    @property
    def idle(self):
        """The relay is open and stays so, and a reset by the watchdog would free no cable under load. Ask before what may
        block for longer than it declares, too."""
        return self.may(UNBOUNDED) and (self._interlock is None or not self._interlock.holds_cable)

    def may(self, ms):
        """Whether relay and lock allow a call of `ms` now, if it fits."""
        return ms <= self._max_stall_ms or (
            not self._relay.closed and (self._interlock is None or not self._interlock.busy)
        )

    def _refuse(self, ms):
        # The longest only: two that take turns would fill the log.
        if ms > self._refused_ms:
            self._refused_ms = ms
            text = "[safety] watchdog_seconds = {} leaves no time for a blocking call of {} ms: skipped"
            self._log("safety", text.format(self.watchdog_seconds, ms))
