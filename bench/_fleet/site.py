# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger of knee_process.py, and who comes to it."""

from __future__ import annotations

from random import Random
from typing import Any

from chargerctl.fleet.charger.charger import Charger
from chargerctl.simulator.machine.clock import Clock, Timer

_US = 1_000_000
PACE_S = 60
"""At load 1. A pace is from one of a session's MeterValues to the next, and all else goes by it: a heartbeat in five, a ping
in half a one without a message, a session in sixty. So a quarter of it is four times the load, of the same mixture."""
_HEARTBEAT, _SESSION = 5, 60
_BOOTED_US = 5 * _US
_WATTS = 7200


class Site:
    """Half of each of its hours, of 60 paces, somebody charges. link: what its charger is connected by."""

    def __init__(self, charger: Charger, clock: Clock, random: Random, pace_s: int) -> None:
        self.charger = charger
        self.link: Any = None
        self._clock = clock
        self._random = random
        self._pace_s = pace_s
        self._next: Timer | None = None

    def begin(self) -> None:
        """Power on, somewhere in its hour."""
        self.charger.power(True)
        half_us = self._half_us
        into_us = self._random.randrange(2 * half_us)
        if into_us < half_us:
            self._clock.call_in(_BOOTED_US, lambda: self._arrives(half_us - into_us))
        else:
            self._in(2 * half_us - into_us, arrives=True)
        self._clock.call_in(2 * _BOOTED_US, lambda: self.keep(self._pace_s))

    def keep(self, pace_s: int) -> None:
        """This pace from now on, as if it had never been another; who has no session is anywhere between two heartbeats."""
        # Their names in net/mqtt.py and in fleet/links/websocket_link.py; nobody else changes them while it is connected.
        self.link._keep_alive, self.link._quiet_ms = pace_s, 500 * pace_s
        program = self.charger.program
        program.configuration.meter_value_sample_interval_s = pace_s
        program.configuration.heartbeat_interval_s = _HEARTBEAT * pace_s
        if not self.charger.cable.on:
            program.rpc.called_s = self.charger.up_ms // 1000 - self._random.randrange(_HEARTBEAT * pace_s)
        coming = self._next
        if coming is not None and pace_s != self._pace_s:
            left_us = max(0, coming.at_us - self._clock.now_us)
            coming.cancel()
            self._in(left_us * pace_s // self._pace_s, arrives=not self.charger.cable.on)
        self._pace_s = pace_s
        self.charger.stir()

    @property
    def _half_us(self) -> int:
        return self._pace_s * _SESSION * _US // 2

    def _in(self, us: int, arrives: bool) -> None:
        call = (lambda: self._arrives(self._half_us)) if arrives else self._leaves
        self._next = self._clock.call_in(us, call)

    def _arrives(self, stays_us: int) -> None:
        charger = self.charger
        charger.cable.on = True
        charger.meter.power(_WATTS)
        charger.reader.card = "04A1B2C3"
        charger.stir()
        self._clock.call_in(_US, self._takes_card)
        self._in(stays_us, arrives=False)

    def _takes_card(self) -> None:
        self.charger.reader.card = None
        self.charger.stir()

    def _leaves(self) -> None:
        self.charger.cable.on = False
        self.charger.stir()
        self._in(self._half_us, arrives=True)
