# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns what happens (cable, card, answers, faults, time) into events of the connector, and its outputs into requests.

Decides nothing itself: what follows from an event is in connector.py, whether the relay moves is in interlock.py.
"""

from micropython import const

from charger import connector, ticks

_NOTICE_MS = const(3000)


class Controller:
    """`board`: screen, card_reader, meter and reserve, as in core.py."""

    def __init__(self, interlock, authorization, transactions, board, limits, configuration, log, operative):
        self._interlock = interlock
        self._authorization = authorization
        self._transactions = transactions
        self._screen = board.screen
        self._reader = board.card_reader
        self._meter = board.meter
        self._limits = limits
        self._configuration = configuration
        self._reserve = board.reserve
        self._log = log
        self.state = connector.initial(operative)
        self._now = 0
        self._authorized_at = 0
        self._waits = self._waits_since = None
        self._reader_was_lost = False

    @property
    def running(self):
        """True while a transaction is open."""
        return self.state.running

    def step(self, now):
        self._now = now
        interlock = self._interlock
        state = self.state
        if interlock.fault is not None and state.phase not in (connector.FAULTED, connector.UNAVAILABLE):
            self.handle(connector.FAULT, interlock.fault)
        elif interlock.fault is None and state.phase == connector.FAULTED:
            self.handle(connector.FAULT_CLEARED)
        elif state.running and not interlock.permitted:
            self.handle(connector.PERMIT_LOST)
        if interlock.present != state.plugged:
            self.handle(connector.CABLE_IN if interlock.present else connector.CABLE_OUT)
        lost = self._reader.lost
        if lost and not self._reader_was_lost:
            self.handle(connector.READER_LOST)
        self._reader_was_lost = lost
        self._time(now)

    def handle(self, event, argument=None):
        """Give the connector one event and carry out what follows."""
        before = self.state.phase
        if event in (connector.AUTHORIZED, connector.REMOTE_START):
            self._authorized_at = self._now
        outputs = ()
        try:
            self.state, outputs = connector.react(self.state, event, argument)
            if self.state.phase != before:
                self._log("state", before + " -> " + self.state.phase)
            for output, what in outputs:
                self._carry_out(output, what)
        except MemoryError:
            self._refuse(outputs)
            raise
        except Exception:
            # The outputs are half carried out, perhaps with a permit and no record: safe first, the loop does the rest.
            self._interlock.latch("InternalError")
            raise

    def _refuse(self, outputs):
        """Memory ran out: revoke the permit, and record what has ended with what the reserve gives back."""
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
        """`why` None: accepted. Otherwise what the display shows."""
        if why is None and not self.state.running and not self._ready():
            why = "Not Ready"
            self._log("card", "refused: a fault, no time yet, or too many transactions are undelivered")
        if why is None:
            self.handle(connector.AUTHORIZED, (id_tag, parent))
        else:
            self.handle(connector.REFUSED, (id_tag, why))

    def remote_start(self, id_tag):
        """True: accepted, so the transaction has started or waits for a cable."""
        if not self._ready() or not connector.can_start(self.state):
            return False
        self.handle(connector.REMOTE_START, id_tag)
        return True

    def _ready(self):
        """A transaction may start. A fault counts from the moment it is latched: the state machine may not have seen it."""
        return self._interlock.fault is None and self._transactions.possible

    def start_answered(self, accepted, parent):
        """StartTransaction.conf of the running transaction."""
        if not accepted:
            self.handle(connector.START_REFUSED)
        elif parent is not None:
            self.handle(connector.PARENT, parent)

    def _carry_out(self, output, what):
        if output == connector.AUTHORIZE:
            # Another card while one is asked about starts the time anew.
            self._waits = None
            self._authorization.ask(what, self.authorize_answered)
        elif output == connector.LOCK:
            self._interlock.lock_cable()
        elif output == connector.UNLOCK:
            self._interlock.free_cable()
        elif output == connector.PERMIT:
            self._interlock.permit(self._authorized_at)
        elif output == connector.REVOKE:
            self._interlock.revoke()
        elif output == connector.START:
            self._transactions.start(what, self._meter.energy_wh, self.start_answered)
        elif output == connector.FINISH:
            reason, id_tag = what
            self._transactions.stop(reason, id_tag, self._meter.energy_wh)
        elif output == connector.NOTICE:
            self._screen.notice(what, _NOTICE_MS)

    def _time(self, now):
        """End what the connector has waited for too long."""
        waits = connector.waits(self.state)
        if waits != self._waits:
            self._waits = waits
            self._waits_since = now
        elif waits is not None:
            limit_ms = self._limits.stale_authorization_ms
            if waits == connector.CONNECTION_TIMEOUT:
                limit_ms = min(limit_ms, self._configuration.connection_timeout_s * 1000)
            if ticks.diff(now, self._waits_since) >= limit_ms:
                if waits == connector.CONNECTION_TIMEOUT:
                    self._log("state", "no cable within the connection timeout")
                self.handle(waits)
