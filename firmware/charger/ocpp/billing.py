# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Clock-aligned values, and the data of a stop (SPEC 3.16). A visitor that samples.py loads, and keeps, as soon as the
configuration asks for one of them.
"""

import struct

from micropython import const

# As in samples.py.
_POWER = const(2)
_BOTH = const(3)
_CLOCK = const(4)
_BEGIN = const(8)
_END = const(12)
_FORM = const(">IIHB")
_SIZE = const(11)
_ENDS = const(2)
# How many meter values fit into a StopTransaction of 2048 bytes: with one measurand, and with both.
_PLACES = const(8)
_PLACES_FOR_BOTH = const(6)

_DAY = const(86400)


class Billing:
    """Without a transaction there are clock-aligned values alone, and no record keeps them: the last one is sent, once."""

    def __init__(self, samples, rpc, clock, configuration, uptime):
        self._samples = samples
        self._rpc = rpc
        self._clock = clock
        self._configuration = configuration
        self._uptime = uptime
        # Of the transaction; the first is its begin.
        self._kept = []
        self._waiting = None
        # The interval, when its next sample is due, and how often the clock had been set then.
        self._interval = self._due_s = self._due = 0
        self._settings = -1

    def begin(self, unix, energy_wh, power_w):
        self._kept = [(unix, energy_wh, power_w, _BEGIN)]

    def add(self, sample):
        self._kept.append(sample)
        # The end takes a place, too.
        _thin(self._kept, _PLACES - 1)

    def end(self, unix, energy_wh, power_w, room):
        """The data of the stop, of at most `room` bytes; or None where both sets are empty (SPEC 3.16.5), or begin and end
        do not fit."""
        configuration = self._configuration
        measurands = configuration.stop_txn_sampled_data | configuration.stop_txn_aligned_data
        if not measurands:
            return None
        # Changes nothing here: should memory run out, the stop is recorded once more.
        samples = self._kept + [(unix, energy_wh, power_w, _END)]
        places = min(_PLACES_FOR_BOTH if measurands == _BOTH else _PLACES, room // _SIZE)
        if places < _ENDS:
            return None
        _thin(samples, places)
        return b"".join([_packed(sample, measurands) for sample in samples]) or None

    def step(self, session, now):
        interval = self._configuration.clock_aligned_data_interval_s
        if interval and (
            self._uptime.seconds >= self._due_s
            or interval != self._interval
            or self._settings != self._clock.settings
        ):
            self._look_at_clock(session, interval)
        if (
            self._waiting is not None
            and self._rpc.free
            and self._rpc.call(self, "MeterValues", self._waiting, now)
        ):
            self._waiting = None

    def answered(self, payload, error):
        """Sent once, whatever became of it."""

    def _look_at_clock(self, session, interval):
        """A sample every `interval` seconds from midnight UTC on."""
        unix = self._clock.stamp()
        if unix is None:
            return
        if interval == self._interval and 0 <= unix - self._due < interval:
            self._take(session, unix)
        self._interval = interval
        self._settings = self._clock.settings
        second = unix % _DAY
        wait = min(interval - second % interval, _DAY - second)
        self._due = unix + wait
        self._due_s = self._uptime.seconds + wait

    def _take(self, session, unix):
        configuration = self._configuration
        measurands = configuration.meter_values_aligned_data
        samples = self._samples
        if session is not None:
            samples.take(session, _CLOCK, measurands, configuration.stop_txn_aligned_data)
        elif measurands:
            meter = samples.meter
            self._waiting = samples.meter_values(
                None, unix, meter.energy_wh, meter.power_w, _CLOCK | measurands
            )


def _thin(samples, places):
    """Discard those whose neighbours are closest to each other in time; the first and the last stay (ERR 3.89)."""
    while len(samples) > places:
        closest = None
        for place in range(1, len(samples) - 1):
            span = samples[place + 1][0] - samples[place - 1][0]
            if closest is None or span < closest:
                closest = span
                found = place
        samples.pop(found)


def _packed(sample, measurands):
    """Begin and end have all `measurands`, as far as they are known."""
    unix, energy_wh, power_w, what = sample
    if not what & _BOTH:
        what |= measurands
    if power_w is None:
        what &= ~_POWER
    return struct.pack(_FORM, unix, energy_wh, power_w or 0, what) if what & _BOTH else b""
