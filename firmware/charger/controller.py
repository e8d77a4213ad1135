# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns what happens (cable, card, answers, faults, time) into events of the connector, and its outputs into requests.

Decides nothing itself: what follows from an event is in connector.py, whether the relay moves is in interlock.py.
"""

from micropython import const

from charger import connector, ticks

_NOTICE_MS = const(3000)


class Controller:
    """`charge_point` is told what to say, `parts.screen` what to show; `parts.card_reader` may have gone missing.

    `reserve`: a list that holds some memory, to be cleared when there is none left.
    """

    def __init__(
        self, interlock, charge_point, parts, limits, configuration, uptime, reserve, log, operative
    ):
        self._interlock = interlock
        self._charge_point = charge_point
        self._screen = parts.screen
        self._reader = parts.card_reader
        self._meter = parts.meter
        self._limits = limits
        self._configuration = configuration
        self._uptime = uptime
        self._reserve = reserve
        self._log = log
        self.state = connector.initial(operative)
        self._now = 0
        self._asked_at = self._authorized_at = 0
        self._waits_since = None
        self._started_s = 0
        self._shown_s = -1
        self._shown_wh = -1
        self._reader_was_lost = False
        self._shown_phase = None

    @property
    def running(self):
        """True while a transaction is open."""
        return self.state.running

    def step(self, now):
        self._now = now
        interlock = self._interlock
        state = self.state
        if interlock.fault is not None and state.phase not in (connector.FAULTED, connector.UNAVAILABLE):
            reason = "EmergencyStop" if interlock.fault == "EmergencyStop" else "Other"
            self.handle(connector.FAULT, reason)
        elif interlock.fault is None and state.phase == connector.FAULTED:
            self.handle(connector.FAULT_CLEARED)
        elif state.running and not interlock.permitted and not interlock.lapsed:
            # The permit went without our knowing: a fault came and was cleared while this task was left alone.
            self.handle(connector.STOP, "Other")
        if interlock.present != state.plugged:
            self.handle(connector.CABLE_IN if interlock.present else connector.CABLE_OUT)
        if interlock.lapsed:
            interlock.lapsed = False
            self._log("safety", "authorisation lapsed before the relay could close")
            self.handle(connector.STOP, "Other")
        lost = self._reader.lost
        if lost and (connector.holds_cable(self.state) or (self.state.running and not self._reader_was_lost)):
            # The cable is freed: without a reader no card could end the charge or free the cable.
            self.handle(connector.STOP, "Other")
        self._reader_was_lost = lost
        asking = self.state.asking
        if asking is not None and ticks.diff(now, self._asked_at) >= self._limits.stale_authorization_ms:
            self.handle(connector.REFUSED, (asking, "No Answer"))
        self._follow_connection_timeout(now)
        self._show()

    def make_safe(self, latch=True):
        """A part that the relay depends on has failed: open, and say so, even if it is this very state machine.

        latch False: it failed for want of memory. A transaction that is open ends with the next step.
        """
        if not latch:
            self._interlock.revoke()
            return
        self._interlock.make_safe()
        self._charge_point.set_status(connector.FAULTED, self._interlock.fault)
        self._screen.state = connector.FAULTED
        self._shown_phase = None

    def handle(self, event, argument=None):
        """Give the connector one event and carry out what follows."""
        before = self.state.phase
        if event in (connector.AUTHORIZED, connector.REMOTE_START):
            self._authorized_at = self._now
        outputs = ()
        try:
            self.state, outputs = connector.react(self.state, event, argument)
            if self.state.phase != before:
                # The next step sets the status once more: below, memory may run out before it is set.
                self._shown_phase = None
                self._log("state", before + " -> " + self.state.phase)
            for output, what in outputs:
                self._carry_out(output, what)
        except MemoryError:
            self._refuse(outputs)
            raise
        except Exception:
            # Half carried out, with the relay perhaps permitted and nothing recorded: safe first, then the loop's affair.
            self.make_safe()
            raise
        if self.state.phase != before:
            self._charge_point.set_status(connector.status(self.state), self._interlock.fault)

    def _refuse(self, outputs):
        """Memory ran out: nothing may stay permitted, and what has ended is recorded with what the reserve gives back."""
        self._reserve.clear()
        self._interlock.revoke()
        for output, what in outputs:
            if output in (connector.UNLOCK, connector.FINISH):
                self._carry_out(output, what)

    def card(self, id_tag):
        """A card was presented."""
        self._log("card", id_tag)
        self.handle(connector.CARD, id_tag)

    def authorize_answered(self, id_tag, why, parent):
        """`why` None: accepted. Otherwise what the display says."""
        if why is None:
            self.handle(connector.AUTHORIZED, (id_tag, parent))
        else:
            self.handle(connector.REFUSED, (id_tag, why))

    def start_answered(self, accepted, parent):
        """StartTransaction.conf of the running transaction."""
        if not accepted:
            self.handle(connector.START_REFUSED)
        elif parent is not None:
            self.handle(connector.PARENT, parent)

    def _carry_out(self, output, what):
        if output == connector.AUTHORIZE:
            self._asked_at = self._now
            self._charge_point.authorize(what)
        elif output == connector.LOCK:
            self._interlock.lock_cable()
        elif output == connector.UNLOCK:
            self._interlock.free_cable()
        elif output == connector.PERMIT:
            self._interlock.permit(self._authorized_at)
        elif output == connector.REVOKE:
            self._interlock.revoke()
        elif output == connector.START:
            self._started_s = self._uptime.seconds
            self._charge_point.start(what, self._meter.energy_wh)
        elif output == connector.FINISH:
            reason, id_tag = what
            self._charge_point.stop(reason, id_tag, self._meter.energy_wh)
        elif output == connector.NOTICE:
            self._screen.notice(what, _NOTICE_MS)

    def _follow_connection_timeout(self, now):
        if not connector.waits_for_cable(self.state):
            self._waits_since = None
        elif self._waits_since is None:
            self._waits_since = now
        elif ticks.diff(now, self._waits_since) >= min(
            self._configuration.connection_timeout_s * 1000, self._limits.stale_authorization_ms
        ):
            self._log("state", "no cable within the connection timeout")
            self.handle(connector.CONNECTION_TIMEOUT)

    def _show(self):
        state = self.state
        if state.phase != self._shown_phase:
            self._charge_point.set_status(connector.status(state), self._interlock.fault)
            self._shown_phase = state.phase
            self._screen.state = state.phase
            if state.phase == connector.FAULTED:
                # Whatever else was to be said: this is what a person must see.
                self._screen.notice(None, 0)
        if state.running:
            elapsed = self._uptime.seconds - self._started_s
            energy = self._charge_point.session_energy(self._meter.energy_wh)
            if elapsed != self._shown_s or energy != self._shown_wh:
                self._shown_s = elapsed
                self._shown_wh = energy
                self._screen.charge(energy, elapsed)
        elif self._shown_s >= 0:
            self._shown_s = self._shown_wh = -1
            self._screen.charge(None, None)
