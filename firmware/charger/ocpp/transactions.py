# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""StartTransaction, MeterValues and StopTransaction, delivered in order (SPEC 3.7).

A message leaves the journal only when it was answered, or when the central system failed to process it
TransactionMessageAttempts times. Time-outs and lost links never discard a start or a stop (SPEC 3.7.1). However often it is
sent, also after a restart, its id and its payload are the same: so a central system can tell that it is the same message.

One deviation, so that no stop waits for ever: after as many time-outs of one MeterValues, or when the central system does
not support them, the other meter values of its transaction are discarded, too.
"""

from micropython import const

from charger import journal
from charger.clock import iso
from charger.ocpp.calls import shown
from charger.ocpp.rpc import LOST, TIMEOUT, whole

_CONNECTOR = const(1)
# After a time-out: a central system that was away for a night is asked again soon.
_LONGEST_SILENCE_S = const(300)


class Transactions:
    """`samples`: as in samples.py, or None without a meter: then no MeterValues are sent, since nothing was measured."""

    def __init__(self, rpc, records, clock, configuration, samples, authorization, uptime, log):
        self._rpc = rpc
        self._journal = records
        self._clock = clock
        self._configuration = configuration
        self._samples = samples
        self._authorization = authorization
        self._uptime = uptime
        self._log = log
        self._session = self._start_done = None
        # It is not known yet whether the transaction from before the restart goes on.
        self._waits = False
        self._meter_start_wh = self._started_s = 0
        self._sending = None
        self._transmissions = self._timeouts = 0
        self._retry_at_s = 0

    @property
    def trouble(self):
        """Why no transaction could be recorded now, or None: each needs the time (SPEC 4.2.1) and room for its messages."""
        if self._clock.unix() is None:
            return "the time is not known yet"
        return self._journal.trouble

    @property
    def idle(self):
        """Nothing is to be sent now: all is delivered, or has to wait."""
        return not (len(self._journal) and self._rpc.online and self._uptime.seconds >= self._retry_at_s)

    @property
    def running_id(self):
        """transactionId of the running transaction; None while the central system has not given one, -1 if it never will."""
        return None if self._session is None else self._journal.transaction_id(self._session)

    def start(self, id_tag, parent, by_card, energy_wh, done):
        """`done(accepted, parent)` receives the answer to StartTransaction, if the transaction still runs then."""
        self._start_done = done
        self._meter_start_wh = energy_wh
        self._started_s = self._uptime.seconds
        unix = self._clock.begin()
        samples = self._samples
        if samples is not None:
            samples.begin(unix, energy_wh, samples.meter.power_w)
        self._session = self._journal.start(id_tag, unix, energy_wh, parent, by_card)
        self._log("ocpp", "transaction started by {} at {} Wh".format(id_tag, energy_wh))

    def recover(self, running, done):
        """The transaction of before the restart, as the journal has it, is open: it is ended, or goes on with `resume`."""
        self._start_done = done
        self._meter_start_wh = running.energy_wh
        self._started_s = self._uptime.seconds
        self._clock.begin()
        if self._samples is not None:
            self._samples.begin(running.unix, running.energy_wh, None)
        self._session = running.session
        self._waits = True

    def resume(self, unix):
        """It goes on, and the time is known again."""
        self._waits = False
        self._started_s = self._uptime.seconds - unix + self._journal.running.unix

    def stop(self, reason, id_tag, energy_wh, unix=None):
        """`unix`: when it ended, if that was before the restart."""
        if self._session is None:
            # Its start could not be recorded, so there is no transaction to stop.
            return
        samples = self._samples
        power_w = None
        if unix is None:
            if samples is not None:
                power_w = samples.meter.power_w
            # Since a restart the time may not be known, or the meter be gone.
            running = self._journal.running
            unix = max(self._clock.stamp() or 0, running.last_unix)
            energy_wh = max(energy_wh, running.last_wh)
        data = None if samples is None else samples.end(unix, energy_wh, power_w)
        self._journal.stop(self._session, unix, energy_wh, reason, id_tag, data)
        # At once: for want of memory below it would be stopped twice.
        self._session = None
        self._clock.end()
        self._waits = False
        self._log("ocpp", "transaction stopped ({}) at {} Wh".format(reason, energy_wh))

    @property
    def elapsed_s(self):
        """Seconds since the running transaction began."""
        return self._uptime.seconds - self._started_s

    def session_energy(self, energy_wh):
        """Wh since the running transaction's meterStart."""
        return energy_wh - self._meter_start_wh

    def step(self, now):
        if self._rpc.reconnected:
            self._retry_at_s = 0
        if self._rpc.free:
            self._send(now)
        samples = self._samples
        if samples is not None and not self._waits:
            energy_wh = samples.meter.energy_wh
            if self._session is not None and energy_wh >= self._journal.checkpoint_wh:
                self._journal.checkpoint(self._clock.stamp(), energy_wh)
            samples.step(self._session, now)

    def _send(self, now):
        """The next message, if one is due."""
        record = self._journal.head()
        if record is None or self._uptime.seconds < self._retry_at_s:
            return
        if record.kind == journal.METER and self._samples is None:
            # Of a meter that has been taken away since.
            self._give_way(None)
            return
        action, payload = self._message(record)
        if not self._rpc.call(self, action, payload, now, None, self._journal.message_id(record)):
            return
        if record is not self._sending:
            self._sending = record
            self._transmissions = self._timeouts = 0
        self._transmissions += 1

    def answered(self, payload, error):
        record = self._sending
        if record is None or error is LOST:
            # Given up before this late answer; or sent again at once: only a central system that is there and fails gets
            # a pause.
            return
        if error is not None:
            self._failed(record, error)
        elif record.kind == journal.START:
            self._start_answered(record, payload)
        else:
            if record.id_tag is not None:
                self._authorization.learn(record.id_tag, payload)
            self._settle(record)

    def _start_answered(self, record, payload):
        transaction_id = whole(payload.get("transactionId"))
        status, parent = self._authorization.learn(record.id_tag, payload)
        if status is None or (status == "Accepted" and transaction_id is None):
            error = "an answer without a usable " + ("idTagInfo" if status is None else "transactionId")
            self._log("ocpp", "StartTransaction got " + error)
            self._failed(record, error)
            return
        # First: a refusal must not be lost if memory runs out below. Unsettled, the start is sent once more.
        accepted = status == "Accepted"
        if record.session == self._session:
            self._start_done(accepted, parent)
        self._settle(record, transaction_id, accepted, parent)
        self._log("ocpp", "transaction {}: {}".format(transaction_id, shown(status)))

    def _failed(self, record, error):
        if error is TIMEOUT:
            self._timeouts += 1
        else:
            self._journal.failed(record)
        attempts = self._configuration.transaction_message_attempts
        if record.kind == journal.METER and (
            self._timeouts >= attempts or error in ("NotImplemented", "NotSupported")
        ):
            self._give_way(record.session)
            self._settle(record)
        elif record.attempts >= attempts:
            self._log("ocpp", "given up after {} attempts: {}".format(record.attempts, error))
            self._settle(record)
        else:
            # SPEC 3.7.1: the interval times the transmissions so far.
            interval_s = self._configuration.transaction_message_retry_interval_s
            wait_s = interval_s * self._transmissions
            if error is TIMEOUT:
                wait_s = min(wait_s, max(interval_s, _LONGEST_SILENCE_S))
            self._retry_at_s = self._uptime.seconds + wait_s

    def _give_way(self, session):
        count = self._journal.give_way(session)
        if count:
            self._log("ocpp", "meter values give way: {} discarded".format(count))

    def _settle(self, record, transaction_id=None, accepted=False, parent=None):
        self._journal.settled(record, transaction_id, accepted, parent)
        self._sending = None
        self._retry_at_s = 0

    def _message(self, record):
        """(action, payload)"""
        transaction_id = self._journal.transaction_id(record.session)
        if transaction_id is None:
            # What follows a start whose record was damaged.
            transaction_id = -1
        if record.kind == journal.METER:
            return "MeterValues", self._samples.meter_values(
                transaction_id, record.unix, record.energy_wh, record.power_w, record.what
            )
        payload = {"timestamp": iso(record.unix)}
        if record.id_tag is not None:
            payload["idTag"] = record.id_tag
        if record.kind == journal.START:
            payload["connectorId"] = _CONNECTOR
            payload["meterStart"] = record.energy_wh
            return "StartTransaction", payload
        payload["transactionId"] = transaction_id
        payload["meterStop"] = record.energy_wh
        payload["reason"] = record.reason
        if record.data is not None and self._samples is not None:
            payload["transactionData"] = self._samples.transaction_data(record.data)
        return "StopTransaction", payload
