# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An S0 pulse meter: pulses become watt-hours and watts, in whole numbers with the remainders kept."""

import countio
import digitalio
from micropython import const

from charger import ticks
from charger.hardware.health import reason

# Power over at least this long a time: the meter's pulses come unevenly.
_WINDOW_MS = const(5000)
# A pulse that is late by this factor means that the power has fallen.
_LATE = const(2)
_ASLEEP_MS = const(3_600_000)
# A sample keeps it in 16 bits (ocpp/billing.py); no cable for one car carries as much.
_MOST_W = const(65_535)


class Meter:
    """`pulses` counts from the program's start; energy_wh from 0, unless it is set to where the register stood. A pulse is
    the falling edge of a contact to ground.

    Lost means that the pin cannot count; a meter that sends no pulses looks like one without load.
    """

    def __init__(self, pin, pulses_per_kwh, log):
        self.energy_wh = 0
        self.power_w = 0
        self._counter = None
        try:
            self._counter = countio.Counter(pin, edge=countio.Edge.FALL, pull=digitalio.Pull.UP)
        # ESP-IDF's errors are an OSError and a MemoryError.
        except (RuntimeError, ValueError, OSError, MemoryError) as error:
            log("meter", "lost: " + reason(error))
        self._pulses_per_kwh = pulses_per_kwh
        self._watt_seconds = 3_600_000 // pulses_per_kwh
        self.pulses = 0
        self._remainder = 0
        self._pulses = 0
        self._from = None
        self._last = 0

    @property
    def lost(self):
        return self._counter is None

    def step(self, now):
        if self._counter is None:
            return
        count = self._counter.count
        if count != self.pulses:
            new = count - self.pulses
            self.pulses = count
            self._add(new)
            self._measure(now, new)
        elif self._from is not None:
            self._fade(now)

    def _add(self, pulses):
        self._remainder += pulses * 1000
        self.energy_wh += self._remainder // self._pulses_per_kwh
        self._remainder %= self._pulses_per_kwh

    def _measure(self, now, new):
        if self._from is None:
            # The first pulse after a pause only starts the clock: how long the interval before it was is not known.
            self._from = now
            self._pulses = 0
        else:
            self._pulses += new
            span = ticks.diff(now, self._from)
            if span >= _WINDOW_MS:
                self.power_w = self._power(self._pulses, span)
                self._from = now
                self._pulses = 0
        self._last = now

    def _fade(self, now):
        silent = ticks.diff(now, self._last)
        if silent < _WINDOW_MS:
            return
        if silent >= _ASLEEP_MS:
            self.power_w = 0
            self._from = None
            return
        # No whole pulse fell into the silence, so the power is less than that.
        limit = self._power(1, silent)
        if limit * _LATE < self.power_w:
            self.power_w = limit

    def _power(self, pulses, ms):
        # Hundredths of a second keep all of it within the 31 bits of a small int.
        return min(self._watt_seconds * pulses * 100 // (ms // 10), _MOST_W)
