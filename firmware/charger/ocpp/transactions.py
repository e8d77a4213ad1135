# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""StartTransaction, MeterValues and StopTransaction, delivered in order (SPEC 3.7).

A message leaves the outbox only when it was answered, or when the central system failed to process it
TransactionMessageAttempts times. Time-outs and lost links never discard (SPEC 3.7.1).
"""

from micropython import const

from charger.clock import iso
from charger.ocpp import outbox
from charger.ocpp.authorization import id_tag_info
from charger.ocpp.rpc import shown

_CONNECTOR = const(1)


class Transactions:
    """`meter`: energy_wh, or None where none is fitted; then no MeterValues are sent, since nothing was measured."""

    def __init__(self, rpc, box, clock, configuration, meter, uptime, log):
        self._rpc = rpc
        self._box = box
        self._clock = clock
        self._configuration = configuration
        self._meter = meter
        self._uptime = uptime
        self._log = log
        self._session = self._start_done = None
        self._meter_start_wh = self._started_s = 0
        self._sample_due_s = 0
        self._sending = None
        self._transmissions = 0
        self._failures = 0
        self._retry_at_s = 0

    @property
    def possible(self):
        """A transaction could be recorded: the time is known (SPEC 4.2.1) and there is room for its messages."""
        return self._clock.unix() is not None and self._box.room

    @property
    def delivered(self):
        """Every message has been delivered or given up."""
        return len(self._box) == 0

    @property
    def running_id(self):
        """transactionId of the running transaction; None while the central system has not given one."""
        return None if self._session is None else self._box.transaction_id(self._session)

    def start(self, id_tag, energy_wh, done):
        """`done(accepted, parent)` receives the answer to StartTransaction, if the transaction still runs then."""
        self._start_done = done
        self._meter_start_wh = energy_wh
        self._started_s = self._uptime.seconds
        self._session = self._box.start(id_tag, self._clock.begin(), energy_wh)
        self._sample_due_s = self._uptime.seconds + self._configuration.meter_value_sample_interval_s
        self._log("ocpp", "transaction started by {} at {} Wh".format(id_tag, energy_wh))

    def stop(self, reason, id_tag, energy_wh):
        if self._session is None:
            # Its start could not be recorded, so there is no transaction to stop.
            return
        self._box.stop(self._session, self._clock.stamp(), energy_wh, reason, id_tag)
        self._clock.end()
        self._session = None
        self._log("ocpp", "transaction stopped ({}) at {} Wh".format(reason, energy_wh))

    @property
    def elapsed_s(self):
        """Seconds since the running transaction began."""
        return self._uptime.seconds - self._started_s

    def session_energy(self, energy_wh):
        """Wh since the running transaction's meterStart."""
        return energy_wh - self._meter_start_wh

    def step(self, now):
        if self._rpc.free:
            self._send(now)
        self._sample()

    def _sample(self):
        """Take a meter value when one is due (MeterValueSampleInterval; 0 switches it off)."""
        if self._session is None or self._meter is None:
            return
        interval = self._configuration.meter_value_sample_interval_s
        if interval and self._uptime.seconds >= self._sample_due_s:
            self._sample_due_s += interval
            thinned = self._box.thinned
            self._box.meter(self._session, self._clock.stamp(), self._meter.energy_wh)
            if thinned == 0 and self._box.thinned:
                self._log("ocpp", "too many undelivered meter values: the oldest are discarded")

    def _send(self, now):
        """The next message, if one is due."""
        record = self._box.head()
        if record is None or self._uptime.seconds < self._retry_at_s:
            return
        if record.kind == outbox.START:
            action, payload = "StartTransaction", _start_payload(record)
        elif record.kind == outbox.METER:
            action, payload = "MeterValues", _meter_payload(record, self._box.transaction_id(record.session))
        else:
            action, payload = (
                "StopTransaction",
                _stop_payload(record, self._box.transaction_id(record.session)),
            )
        if not self._rpc.call(action, payload, self._answered, now):
            return
        if record is not self._sending:
            self._sending = record
            self._transmissions = self._failures = 0
        self._transmissions += 1

    def _answered(self, payload, error):
        record = self._sending
        if error == "LinkLost":
            # Sent again as soon as the link is back; only a central system that is online and fails gets a pause.
            return
        if error is None and record.kind == outbox.START:
            self._start_answered(record, payload)
        elif error is None:
            self._settle(record)
        elif error == "Timeout":
            self._retry_later()
        else:
            self._failed(record, error)

    def _start_answered(self, record, payload):
        transaction_id = payload.get("transactionId")
        if not isinstance(transaction_id, int) or isinstance(transaction_id, bool):
            transaction_id = None
        status, parent = id_tag_info(payload)
        if status is None or (status == "Accepted" and transaction_id is None):
            self._failed(record, "an answer without transactionId and idTagInfo")
            return
        # First: a refusal must not be lost if memory runs out below. Unsettled, the start is sent once more.
        if record.session == self._session:
            self._start_done(status == "Accepted", parent)
        self._settle(record, transaction_id)
        self._log("ocpp", "transaction {}: {}".format(transaction_id, shown(status)))

    def _failed(self, record, error):
        self._failures += 1
        if self._failures < self._configuration.transaction_message_attempts:
            self._retry_later()
        else:
            self._log("ocpp", "given up after {} attempts: {}".format(self._failures, error))
            self._settle(record)

    def _retry_later(self):
        # SPEC 3.7.1: the interval times the transmissions so far.
        wait = self._configuration.transaction_message_retry_interval_s * self._transmissions
        self._retry_at_s = self._uptime.seconds + wait

    def _settle(self, record, transaction_id=None):
        self._box.settled(record, transaction_id)
        self._sending = None
        self._retry_at_s = 0


def _start_payload(record):
    return {
        "connectorId": _CONNECTOR,
        "idTag": record.id_tag,
        "meterStart": record.energy_wh,
        "timestamp": iso(record.unix),
    }


def _meter_payload(record, transaction_id):
    sample = {
        "value": str(record.energy_wh),
        "context": "Sample.Periodic",
        "measurand": "Energy.Active.Import.Register",
        "unit": "Wh",
    }
    return {
        "connectorId": _CONNECTOR,
        "transactionId": transaction_id,
        "meterValue": [{"timestamp": iso(record.unix), "sampledValue": [sample]}],
    }


def _stop_payload(record, transaction_id):
    payload = {
        "transactionId": transaction_id,
        "meterStop": record.energy_wh,
        "timestamp": iso(record.unix),
        "reason": record.reason,
    }
    if record.id_tag is not None:
        payload["idTag"] = record.id_tag
    return payload
