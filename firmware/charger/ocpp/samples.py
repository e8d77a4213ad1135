# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the meter showed, and when: MeterValues, and the transactionData of a StopTransaction (SPEC 3.16, 4.7).

Loaded only where a meter is fitted. What a message says is fixed when its record is made; here its JSON is made, too.
"""

import struct

from micropython import const

from charger import journal
from charger.clock import iso

# What a sample is: bits of its measurands, as in the configuration's sets, and above them its context's place.
_ENERGY = const(1)
_POWER = const(2)
_BOTH = const(3)
_CONTEXTS = ("Sample.Periodic", "Sample.Clock", "Transaction.Begin", "Transaction.End", "Trigger")
_PERIODIC = const(0)
_CLOCK = const(4)
_BEGIN = const(8)
_END = const(12)
_TRIGGER = const(16)

# Of transactionData: a sample in its record, and how many fit into a StopTransaction of 2048 bytes.
_FORM = const(">IIHB")
_SIZE = const(11)
_MOST = const(8)
_MOST_OF_BOTH = const(6)
_MOST_W = const(65535)
# Without a transaction the register is kept whenever it has grown by this much.
_KEEP_WH = const(1000)
_DAY = const(86400)


class Samples:
    """A sample is (unix, register in Wh, W or None for not known, what it is).

    Without a transaction there are clock-aligned values alone: the last one is sent once, and no journal keeps it.
    """

    def __init__(self, rpc, records, clock, configuration, meter, uptime, log):
        self._rpc = rpc
        self._journal = records
        self._clock = clock
        self._configuration = configuration
        self._meter = meter
        self._uptime = uptime
        self._log = log
        # It has counted from the program's start.
        meter.energy_wh += records.get(journal.REGISTER_WH) or 0
        self._kept_wh = meter.energy_wh
        # Of a transaction: when it began, the interval, and how many of it are over.
        self._begun_s = self._interval = self._count = 0
        # By the clock: the interval, when its next sample is due, and how often the clock had been set.
        self._clock_interval = self._due_s = self._due = 0
        self._settings = -1
        # For transactionData; the first is Transaction.Begin.
        self._session = []
        self._waiting = None

    @property
    def power_w(self):
        return min(self._meter.power_w, _MOST_W)

    def keep(self):
        """The register, for after a restart."""
        self._kept_wh = self._meter.energy_wh
        self._journal.put(journal.REGISTER_WH, self._kept_wh)

    def begin(self, unix, energy_wh, power_w):
        """A transaction begins, or goes on after a restart. Before the journal's start, which is written with the register."""
        self._session = [(unix, energy_wh, power_w, _BEGIN)]
        self._begun_s = self._uptime.seconds
        self._interval = 0
        self.keep()

    def end(self, unix, energy_wh, power_w):
        """The transactionData, as a record keeps it (`data` gives its JSON), or None."""
        self.keep()
        configuration = self._configuration
        measurands = configuration.stop_txn_sampled_data | configuration.stop_txn_aligned_data
        if not measurands:
            return None
        # Nothing of this object changes: when memory runs out, the stop is recorded once more.
        samples = self._session + [(unix, energy_wh, power_w, _END)]
        _thin(samples, _MOST_OF_BOTH if measurands == _BOTH else _MOST)
        return b"".join([_packed(sample, measurands) for sample in samples]) or None

    def step(self, session, now):
        """`session`: of the transaction that runs, or None."""
        seconds = self._uptime.seconds
        configuration = self._configuration
        interval = configuration.meter_value_sample_interval_s
        if session is None:
            if self._meter.energy_wh - self._kept_wh >= _KEEP_WH:
                self.keep()
        elif interval:
            count = (seconds - self._begun_s) // interval
            if interval == self._interval and count != self._count:
                sets = configuration.meter_values_sampled_data, configuration.stop_txn_sampled_data
                self._take(session, _PERIODIC, self._clock.stamp(), sets)
            self._interval = interval
            self._count = count
        interval = configuration.clock_aligned_data_interval_s
        if interval and (
            seconds >= self._due_s
            or interval != self._clock_interval
            or self._settings != self._clock.settings
        ):
            self._look_at_clock(session, interval)
        waiting = self._waiting
        if (
            waiting is not None
            and self._rpc.free
            and self._rpc.call(self, "MeterValues", _meter_values(None, *waiting), now)
        ):
            self._waiting = None

    def answered(self, payload, error):
        """Whatever became of it: it is sent once."""

    def _look_at_clock(self, session, interval):
        """A sample every `interval` seconds from midnight UTC on."""
        unix = self._clock.stamp()
        if unix is None:
            return
        if interval == self._clock_interval and 0 <= unix - self._due < interval:
            configuration = self._configuration
            sets = configuration.meter_values_aligned_data, configuration.stop_txn_aligned_data
            self._take(session, _CLOCK, unix, sets)
        self._clock_interval = interval
        self._settings = self._clock.settings
        second = unix % _DAY
        wait = min(interval - second % interval, _DAY - second)
        self._due = unix + wait
        self._due_s = self._uptime.seconds + wait

    def _take(self, session, context, unix, sets):
        """`sets`: the measurands for MeterValues, and those for transactionData."""
        energy_wh = self._meter.energy_wh
        power_w = self.power_w
        measurands, of_stop = sets
        if of_stop and session is not None:
            self._session.append((unix, energy_wh, power_w, context | of_stop))
            # Transaction.End takes a place.
            _thin(self._session, _MOST - 1)
        if not measurands:
            return
        what = context | measurands
        if session is None:
            self._waiting = unix, energy_wh, power_w, what
            return
        records = self._journal
        discarded = records.discarded
        records.meter(session, unix, energy_wh, power_w, what)
        if records.discarded and not discarded:
            self._log("ocpp", "too many undelivered meter values: the oldest are discarded")

    def now(self, transaction_id):
        """MeterValues for TriggerMessage (ERR 3.46); None: there is nothing to send."""
        unix = self._clock.stamp()
        measurands = self._configuration.meter_values_sampled_data
        if unix is None or not measurands:
            return None
        return _meter_values(transaction_id, unix, self._meter.energy_wh, self.power_w, _TRIGGER | measurands)

    def of(self, record, transaction_id):
        """MeterValues of a record."""
        return _meter_values(transaction_id, record.unix, record.energy_wh, record.power_w, record.what)

    def data(self, packed):
        """transactionData of a record."""
        return [
            _meter_value(*struct.unpack_from(_FORM, packed, place)) for place in range(0, len(packed), _SIZE)
        ]


def _thin(samples, most):
    """Discard those whose neighbours are closest in time; the first and the last stay (ERR 3.89)."""
    while len(samples) > most:
        closest = None
        for place in range(1, len(samples) - 1):
            gap = samples[place + 1][0] - samples[place - 1][0]
            if closest is None or gap < closest:
                closest = gap
                found = place
        samples.pop(found)


def _packed(sample, measurands):
    """Begin and end have all `measurands` that are known."""
    unix, energy_wh, power_w, what = sample
    if not what & _BOTH:
        what |= measurands
    if power_w is None:
        what &= ~_POWER
    # No value, no sample.
    return struct.pack(_FORM, unix, energy_wh, power_w or 0, what) if what & _BOTH else b""


def _meter_values(transaction_id, unix, energy_wh, power_w, what):
    payload = {"connectorId": 1, "meterValue": [_meter_value(unix, energy_wh, power_w, what)]}
    if transaction_id is not None:
        payload["transactionId"] = transaction_id
    return payload


def _meter_value(unix, energy_wh, power_w, what):
    values = []
    if what & _ENERGY:
        values.append(_sampled(energy_wh, what, "Energy.Active.Import.Register", "Wh"))
    if what & _POWER:
        values.append(_sampled(power_w, what, "Power.Active.Import", "W"))
    return {"timestamp": iso(unix), "sampledValue": values}


def _sampled(value, what, measurand, unit):
    return {"value": str(value), "context": _CONTEXTS[what >> 2], "measurand": measurand, "unit": unit}
