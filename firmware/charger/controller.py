# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns what happens (cable, card, answers, faults, time) into events of the connector, and its outputs into requests.

Decides nothing itself: what follows from an event is in connector.py, whether the relay moves is in interlock.py.
"""

from micropython import const

from charger import connector, ticks

_NOTICE_MS = const(3000)
# From the start of a transaction to the closed relay, beside lock and rest: passes, and a stall.
_CLOSING_MS = const(500)


class Controller:
    """`board`: screen, card_reader, service_button, lock, meter, has_meter, journal and reserve, as in core.py."""

    def __init__(self, interlock, authorization, transactions, board, limits, configuration, log, operative):
        self._interlock = interlock
        self._authorization = authorization
        self._transactions = transactions
        self._journal = board.journal
        self._screen = board.screen
        self._reader = board.card_reader
        # Without a card nothing here ends a charge: no button, and a lock holds the plug.
        self._held = board.lock.fitted and not board.service_button.fitted
        self._lock = board.lock
        self._meter = board.meter
        self._has_meter = board.has_meter
        # The register at which a transaction whose start was refused gets no more energy (MaxEnergyOnInvalidId), or None.
        self._end_wh = None
        self._limits = limits
        self._configuration = configuration
        self._reserve = board.reserve
        self._log = log
        self.state = connector.initial(operative)
        self._now = 0
        self._authorized_at = self._asked_at = 0
        self._waits = self._waits_since = None
        self._reader_was_lost = False
        # The event of a call of the central system, and its argument: both that and what follows go deep.
        self._remote = None
        # An Interrupted, while it is not decided what becomes of a transaction from before the restart.
        self.interrupted = None
        # Since when the permit is valid that waits until the journal has the start, which is when `recording`.
        self.recording = False
        self._permit_since = None

    def step(self, now):
        self._now = now
        remote = self._remote
        if remote is not None:
            self._remote = None
            self.handle(remote[0], remote[1])
        interlock = self._interlock
        state = self.state
        if interlock.fault is not None and state.phase != connector.FAULTED and state.operative is not None:
            self.handle(connector.FAULT, interlock.fault)
        elif interlock.fault is None and state.phase == connector.FAULTED:
            self.handle(connector.FAULT_CLEARED)
        elif self.recording:
            self._record()
        elif state.phase == connector.CHARGING and not interlock.permitted:
            self.handle(connector.PERMIT_LOST)
        if self.interrupted is not None:
            decided = self.interrupted.step(now)
            if decided:
                self.interrupted = None
                if decided is not True:
                    self.handle(connector.STOP, decided)
        if interlock.present != self.state.plugged:
            if interlock.present and connector.waits(self.state) == connector.CABLE_IN:
                # It was possible when the authorisation came.
                why = self._hindrance(self._authorized_at)
                if why is not None:
                    self.handle(connector.CONNECTION_TIMEOUT)
                    self._carry_out(connector.NOTICE, why)
            if interlock.present:
                self.handle(connector.CABLE_IN)
            else:
                configuration = self._configuration
                unlocks = configuration.unlock_connector_on_ev_side_disconnect or not self._lock.fitted
                self.handle(
                    connector.CABLE_OUT, (configuration.stop_transaction_on_ev_side_disconnect, unlocks)
                )
        lost = self._reader.lost
        if lost and not self._reader_was_lost:
            self.handle(connector.READER_LOST)
        self._reader_was_lost = lost
        self._time(now)
        # Last: a fault is not cleared before this step has worked.
        interlock.answered = True

    def handle(self, event, argument=None):
        """Give the connector one event and carry out what follows."""
        before = self.state
        outputs = ()
        try:
            self.state, outputs = connector.react(before, event, argument)
            if before.tag is None:
                # Valid from when the card was presented, however long its answer took.
                self._authorized_at = self._now if before.asking is None else self._asked_at
            if self.state.phase != before.phase:
                self._log("state", before.phase + " -> " + self.state.phase)
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
        self.recording = False
        self._interlock.revoke()
        for output, what in outputs:
            if output in (connector.UNLOCK, connector.FINISH):
                self._carry_out(output, what)

    def card(self, id_tag):
        """A card was presented. One in the same pass as a fault does not end the charge before the fault does."""
        self._log("card", id_tag)
        if self._interlock.fault is None:
            self.handle(connector.CARD, id_tag)

    def authorize_answered(self, id_tag, why, parent, offline):
        """`why` None: accepted. Otherwise what the display shows. `offline`: the central system did not answer."""
        state = self.state
        if why is None and id_tag == state.asking and state.phase == connector.AUTHORIZING:
            why = self._hindrance(self._asked_at)
        if offline and state.running and not state.by_card:
            self.handle(connector.RELEASE, id_tag)
        elif why is None:
            self.handle(connector.AUTHORIZED, (id_tag, parent))
        else:
            self.handle(connector.REFUSED, (id_tag, why))

    def remote_start(self, id_tag):
        """True: accepted, so the transaction starts with the next step, or waits for an Authorize or a cable."""
        if self._remote is not None or not connector.can_start(self.state):
            return False
        why = self._hindrance(self._now)
        if why is not None:
            self._carry_out(connector.NOTICE, why)
            return False
        authorized = not self._configuration.authorize_remote_tx_requests
        self._remote = (connector.REMOTE_START, (id_tag, authorized))
        return True

    def remote_stop(self, reason="Remote"):
        """The running transaction ends with the next step, or a held cable is freed."""
        self._remote = (connector.STOP, reason)

    def _hindrance(self, authorized_at):
        """Why a transaction that was authorised at that tick cannot draw energy, for the display; None: it can.

        A fault counts from the moment it is latched: the state machine may not have seen it.
        """
        interlock = self._interlock
        why = interlock.fault or self._transactions.trouble
        if why is not None:
            self._log("state", "refused: " + why)
            return "Not Ready"
        limits = self._limits
        rest_ms = interlock.rest_ms
        closed_ms = ticks.diff(self._now, authorized_at) + max(rest_ms, limits.lock_settle_ms) + _CLOSING_MS
        if closed_ms <= limits.stale_authorization_ms:
            return None
        why = "Relay Rests {} s".format(rest_ms // 1000 + 1) if rest_ms else "Try Again"
        self._log("state", "refused, the authorisation lapses before the relay may close: " + why)
        return why

    def start_answered(self, accepted, parent):
        """StartTransaction.conf of the running transaction (ERR 3.17). With no meter a refusal stops the energy at once."""
        configuration = self._configuration
        ends = configuration.stop_transaction_on_invalid_id
        limit_wh = configuration.max_energy_on_invalid_id_wh
        if accepted:
            self.handle(connector.PARENT, parent)
        elif ends or not limit_wh or not self._has_meter:
            self.handle(connector.START_REFUSED, (parent, ends))
        else:
            self._end_wh = self._meter.energy_wh + limit_wh
            self.handle(connector.PARENT, parent)
            self._carry_out(connector.NOTICE, "Rejected")
            self._log("state", "not authorised any more: at most {} Wh still flow".format(limit_wh))

    def _carry_out(self, output, what):
        if output == connector.AUTHORIZE:
            self._asked_at = self._now
            self._authorization.ask(what, self.authorize_answered)
        elif output == connector.LOCK:
            self._interlock.lock_cable()
        elif output == connector.UNLOCK:
            self._interlock.free_cable()
        elif output == connector.PERMIT:
            self._permit_since = None if what else self._authorized_at
            self.recording = True
            self._record()
        elif output == connector.REVOKE:
            self.recording = False
            self._interlock.revoke()
        elif output == connector.START:
            self._end_wh = None
            state = self.state
            self._transactions.start(
                what, state.parent, state.by_card, self._meter.energy_wh, self.start_answered
            )
        elif output == connector.FINISH:
            reason, id_tag = what
            self._transactions.stop(reason, id_tag, self._meter.energy_wh)
        elif output == connector.NOTICE:
            self._screen.notice(what, _NOTICE_MS)

    def _record(self):
        """Permit what the journal has recorded. What it cannot record gets none, and so ends."""
        journal = self._journal
        if journal.written:
            self._interlock.permit(self._permit_since)
        self.recording = not (journal.written or journal.failing)

    def _time(self, now):
        """End what has been waited for too long: a person, or the central system where nothing else can end a charge. And
        end the energy that a refused transaction may have."""
        state = self.state
        meter = self._meter
        end_wh = self._end_wh
        if end_wh is not None and state.running and (meter.lost or meter.energy_wh >= end_wh):
            self._end_wh = None
            self.handle(connector.START_REFUSED, (None, False))
        waits = connector.waits(state)
        cut_off = state.running and not state.by_card and not self._authorization.online
        if cut_off and self._held and (self._reader.lost or not self._reader.fitted):
            waits = connector.STOP
        if waits != self._waits:
            self._waits = waits
            self._waits_since = now
            return
        limit_ms = self._configuration.connection_timeout_s * 1000
        if waits is None or ticks.diff(now, self._waits_since) < limit_ms:
            return
        self._waits = None
        if waits == connector.STOP:
            self._log("state", "offline, and nothing here could end the charge")
            self.handle(waits, "Other")
        else:
            self._log("state", "neither cable nor card within the connection timeout")
            self.handle(connector.CONNECTION_TIMEOUT)
