# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the meter shows, for the central system: the register, and the MeterValues of a transaction (SPEC 4.7). Loaded only
where a meter is fitted; billing.py only where its values are asked for.

A sample is unix, register in Wh, W (None: not known), and what it is: bits of its measurands, as in the configuration's
sets, and above them the place of its context in _CONTEXTS.
"""

import struct

from micropython import const

from charger import journal
from charger.clock import iso
from charger.visit import LOAD_MS, visit

_ENERGY = const(1)
_POWER = const(2)
_PERIODIC = const(0)
_CONTEXTS = ("Sample.Periodic", "Sample.Clock", "Transaction.Begin", "Transaction.End", "Trigger")

_FORM = const(">IIHB")  # of a sample in the data of a stop
_SIZE = const(11)
# Without a transaction the register is put whenever it has grown by this much.
_GROWN_WH = const(1000)
# From one attempt to load billing.py to the next.
_PAUSE_S = const(60)


class Samples:
    """`meter`: energy_wh and power_w."""

    def __init__(self, rpc, records, clock, configuration, meter, uptime, stalls, log):
        self._rpc = rpc
        self._journal = records
        self._clock = clock
        self._configuration = configuration
        self.meter = meter
        self._uptime = uptime
        self._stalls = stalls
        self._log = log
        # It has counted from the program's start.
        meter.energy_wh += records.get(journal.REGISTER_WH) or 0
        self._put_wh = meter.energy_wh
        # When the transaction began, the interval, and how many of it are over.
        self._begun_s = self._interval = self._count = 0
        self._billing = None
        self._load_at_s = 0

    def begin(self, unix, energy_wh, power_w):
        """A transaction begins, or goes on after a restart."""
        self._begun_s = self._uptime.seconds
        self._interval = 0
        if self._billing is not None:
            self._billing.begin(unix, energy_wh, power_w)

    def end(self, unix, energy_wh, power_w):
        """What the record of the transaction's stop has as its data, or None. The journal still says that it runs."""
        billing = self._asked_for()
        return None if billing is None else billing.end(unix, energy_wh, power_w, self._journal.spare())

    def step(self, session, now):
        """`session`: of the transaction that runs, or None."""
        configuration = self._configuration
        interval = configuration.meter_value_sample_interval_s
        energy_wh = self.meter.energy_wh
        if session is None:
            if energy_wh - self._put_wh >= _GROWN_WH:
                self._put_wh = energy_wh
                self._journal.put(journal.REGISTER_WH, energy_wh)
        elif interval:
            count = (self._uptime.seconds - self._begun_s) // interval
            if interval == self._interval and count != self._count:
                self.take(
                    session,
                    _PERIODIC,
                    configuration.meter_values_sampled_data,
                    configuration.stop_txn_sampled_data,
                )
            self._interval = interval
            self._count = count
        billing = self._asked_for()
        if billing is not None:
            billing.step(session, now)

    def _asked_for(self):
        """The Billing, or None while nothing is asked of it or it cannot be loaded."""
        configuration = self._configuration
        if self._billing is None and (
            configuration.clock_aligned_data_interval_s
            or configuration.stop_txn_sampled_data
            or configuration.stop_txn_aligned_data
        ):
            self._load()
        return self._billing

    def _load(self):
        seconds = self._uptime.seconds
        if seconds < self._load_at_s or not self._stalls.allow(LOAD_MS):
            return
        self._load_at_s = seconds + _PAUSE_S
        try:
            billing = visit("ocpp.billing").Billing(
                self, self._rpc, self._clock, self._configuration, self._uptime
            )
        except (ImportError, MemoryError) as error:
            self._log("ocpp", "cannot load billing.py ({}): later".format(error))
            return
        running = self._journal.running
        if running is not None:
            billing.begin(running.unix, running.energy_wh, None)
        self._billing = billing

    def take(self, session, context, measurands, of_stop):
        """A sample in a transaction: `measurands` for MeterValues, `of_stop` for the stop's data."""
        unix = self._clock.stamp()
        energy_wh = self.meter.energy_wh
        power_w = self.meter.power_w
        if of_stop and self._billing is not None:
            self._billing.add((unix, energy_wh, power_w, context | of_stop))
        if measurands:
            records = self._journal
            records.meter(session, unix, energy_wh, power_w, context | measurands)
            if records.discarded == 1:
                self._log("ocpp", "too many undelivered meter values: the oldest are discarded")

    def meter_values(self, transaction_id, unix, energy_wh, power_w, what):
        """The payload of MeterValues."""
        payload = {"connectorId": 1, "meterValue": [_meter_value(unix, energy_wh, power_w, what)]}
        if transaction_id is not None:
            payload["transactionId"] = transaction_id
        return payload

    def transaction_data(self, data):
        """What `end` gave, for the StopTransaction."""
        return [_meter_value(*struct.unpack_from(_FORM, data, place)) for place in range(0, len(data), _SIZE)]


def _meter_value(unix, energy_wh, power_w, what):
    values = []
    if what & _ENERGY:
        values.append(_sampled(energy_wh, what, "Energy.Active.Import.Register", "Wh"))
    if what & _POWER:
        values.append(_sampled(power_w, what, "Power.Active.Import", "W"))
    return {"timestamp": iso(unix), "sampledValue": values}


def _sampled(value, what, measurand, unit):
    return {"value": str(value), "context": _CONTEXTS[what >> 2], "measurand": measurand, "unit": unit}
