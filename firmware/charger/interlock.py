# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The only code that may close the relay.

It reads the raw cable and emergency-stop levels at the start of every pass and opens the relay on the first sample
that reads unplugged or stop. Others make requests: `permit` for an authorised transaction, `lock_cable` and `free_cable`
for the cable lock. Whether and when the relay follows is decided here and nowhere else.
"""

from micropython import const

from charger import ticks

_HOUR_SECONDS = const(3600)
# After a longer time without a sample the cable may have been out and in again.
_BLIND_MS = const(100)


class Interlock:
    """`plugged`: the raw level of this pass. `present`: the cable as a person sees it, settled in, confirmed out.

    `permitted`: a transaction may draw energy as soon as everything else allows it; only read by others.
    `blind`: there was a stall before this pass, in which contacts may have moved without a sample.
    `fault`: why the relay may not close until `clear_fault`, or None; `bar` sets one that nothing clears.
    `answered`: the connector has acted on the fault; the controller sets it. A fault is not cleared before that.
    `hold`: for as long as it is not None the relay does not close; maintenance.py sets it.
    `contactor`: as in contactor.py, or the relay where nothing measures it. `limits`: as in limits.py.
    """

    def __init__(self, relay, lock, cable, emergency_stop, contactor, limits, uptime, log, now):
        self._relay = relay
        self._lock = lock
        self._cable = cable
        self._emergency_stop = emergency_stop
        self._contactor = contactor
        self._limits = limits
        self._uptime = uptime
        self._log = log
        self.plugged = False
        # Stable or not: a cable that is in at the start was plugged in before.
        self.present = cable.plugged()
        self.fault = self._barred = None
        self.answered = self._asked = False
        self.blind = False
        self.hold = None
        self._stable = False
        self._edge = self._looked_at = now
        self.permitted = False
        self._unused_since = None
        self._locked_at = now
        self._lock_settled = False
        self._lock_wanted = False
        self._opened_at = now
        self._rested = True
        self._relay_quiet = False
        self._closings = []
        relay.open()

    @property
    def closed(self):
        """True while the relay is commanded closed."""
        return self._relay.closed

    @property
    def holds_cable(self):
        """True while a restart of the program would free a cable under load."""
        return self._lock.engaged and self._lock.fitted and self._contactor.closed

    def rest(self, opened_at=None):
        """Count min_off_seconds and relay_settle_ms from the tick `opened_at`, or from the next open sample."""
        self._opened_at = opened_at
        self._rested = self._relay_quiet = False

    @property
    def busy(self):
        """True while the relay may close at any moment, or the cable is about to be freed."""
        return self.permitted or (
            self._lock.engaged
            and not self._lock_wanted
            # Stuck closed: the cable stays locked, perhaps for days.
            and not (self._contactor.fault is not None and self._contactor.closed)
        )

    @property
    def rest_ms(self):
        """How much longer the relay stays open at least, for min_off_seconds and max_cycles_per_hour; 0: it may close."""
        rest_ms = 0
        if not self._rested:
            rest_ms = self._limits.min_off_ms
            if self._opened_at is not None:
                rest_ms -= ticks.diff(self._looked_at, self._opened_at)
        if not self._within_cycle_limit():
            rest_ms = max(rest_ms, (_HOUR_SECONDS - self._uptime.seconds + self._closings[0]) * 1000)
        return rest_ms

    @property
    def suspended(self):
        """True while the cable is in and a transaction waits for the relay: it rests, or a glitch of the cable opened it."""
        return (
            self.permitted
            and self.plugged
            and not self._relay.closed
            and (self._unused_since is None or self.rest_ms > 0)
        )

    def permit(self, since):
        """A transaction that was authorised at tick `since` may draw energy; unused, that lapses when it is stale. None: a
        transaction that goes on, whose permit does not lapse."""
        self.permitted = True
        self._unused_since = since

    def revoke(self):
        """The authorisation has ended: the relay opens at once."""
        self.permitted = False
        self._unused_since = None
        self._open("authorisation ended")

    def lock_cable(self):
        self._lock_wanted = True
        if not self._lock.engaged:
            self._lock.engage()
            self._locked_at = None
            self._lock_settled = False

    def free_cable(self):
        """Unlock as soon as relay and contactor have been open for relay_settle_ms."""
        self._lock_wanted = False

    def bar(self, reason):
        """A part that safety needs is missing: the relay stays open until the program starts again with it repaired."""
        if self._barred is None:
            self._barred = reason
            self.latch(reason)

    def unblock(self, fault):
        """nvm can be read again, and holds this fault or None. NvmFailure itself stays until it is cleared."""
        if fault is not None:
            self.latch(fault)
        if self._barred == "NvmFailure":
            self._barred = None

    def latch(self, reason):
        """Open and unlock, and stay open until clear_fault. The first reason is kept, except by what matters more: one that
        nvm keeps comes before what every start finds again, and a contactor that is stuck before all."""
        self.answered = False
        fault = self.fault
        latched = fault is None or fault == self._barred or reason == self._contactor.fault != fault
        if latched:
            self.fault = reason
        self.free_cable()
        self.revoke()
        # Last, as in _open: there may be no memory for a line.
        if latched:
            self._log("safety", "fault latched: " + reason)

    def make_safe(self, now, latch=True):
        """A part that the relay depends on has failed: open, even if it is the interlock itself, and latch a fault.

        latch False: it failed for lack of memory. The permit is revoked, so an open transaction ends.
        """
        if not latch:
            self.revoke()
            return
        try:
            self.latch("InternalError")
        finally:
            self._relay.open()
            # The step may never get there: it unlocks at the next failure, when the relay has been open for long enough.
            self._follow_lock(now)

    def clear_fault(self):
        """The central system's Reset or the service button asks for it. The next step clears the fault if its cause is gone,
        so that a fault that stays is not reported as gone in between."""
        self._asked = self.fault is not None

    def step(self, now):
        plugged = self._cable.plugged()
        self.blind = ticks.diff(now, self._looked_at) > _BLIND_MS
        self._looked_at = now
        if plugged != self.plugged or self.blind:
            self.plugged = plugged
            self._edge = now
            self._stable = False
        if self._relay.closed and not plugged:
            self._open("cable unplugged")
        # The fault whose cause is there at this moment. While there is one, none is cleared.
        cause = self._contactor.fault
        if self._emergency_stop.pressed():
            cause = cause or "EmergencyStop"
        if cause is not None:
            self.latch(cause)
        if self._asked:
            self._asked = False
            fault = self.fault
            if cause is None and self.answered and fault != self._barred:
                self.fault = self._barred
                self._log("safety", "fault cleared: " + fault)
            else:
                self._log("safety", "fault stays: " + (cause or fault))
        self._follow_cable(now, plugged)
        self._follow_lock(now)
        if (
            self._unused_since is not None
            and ticks.diff(now, self._unused_since) >= self._limits.stale_authorization_ms
        ):
            self.permitted = False
            self._unused_since = None
            self._log("safety", "authorisation lapsed before the relay could close")
        if not self._relay.closed and self._may_close(now):
            self._close(now)

    def _follow_cable(self, now, plugged):
        # Once set, a flag is not compared with the tick counter again: that wraps while a cable stays in for days.
        if plugged:
            if not self._stable and ticks.diff(now, self._edge) >= self._limits.cable_settle_ms:
                self._stable = self.present = True
        elif self.present and ticks.diff(now, self._edge) >= self._limits.unplug_confirm_ms:
            self.present = False

    def _follow_lock(self, now):
        # A change since the last pass is timed from this one: exactly when it happened is not known.
        live = self._contactor.closed
        if live:
            self.rest()
        else:
            if self._opened_at is None:
                self._opened_at = now
            since_open = ticks.diff(now, self._opened_at)
            if not self._relay_quiet and since_open >= self._limits.relay_settle_ms:
                self._relay_quiet = True
            if not self._rested and since_open >= self._limits.min_off_ms:
                self._rested = True
        if self._lock.engaged:
            if self._locked_at is None:
                self._locked_at = now
            if not self._lock_settled and ticks.diff(now, self._locked_at) >= self._limits.lock_settle_ms:
                self._lock_settled = True
            if not self._lock_wanted and self._relay_quiet:
                self._lock.release()
                self._lock_settled = False

    def _may_close(self, now):
        return (
            self.permitted
            and self.fault is None
            and self.hold is None
            and self.plugged
            and self._stable
            and self._lock_wanted
            and self._lock.engaged
            and self._lock_settled
            and not self._contactor.closed
            and self._rested
            and self._within_cycle_limit()
        )

    def _within_cycle_limit(self):
        closings = self._closings
        while closings and self._uptime.seconds - closings[0] >= _HOUR_SECONDS:
            closings.pop(0)
        return len(closings) < self._limits.most_cycles

    def _close(self, now):
        self._closings.append(self._uptime.seconds)
        self._unused_since = None
        self._relay.close()
        self._log("relay", "closed")

    def _open(self, why):
        if self._relay.closed:
            self._relay.open()
            self.rest()
            self._log("relay", "open: " + why)
            if not self._within_cycle_limit():
                self._log("safety", "cycle limit reached: the relay stays open until the hour has passed")
