# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger's network in virtual time: the virtual board's, without the board, and a broker in memory that all share.

    network = MemoryNetwork(events, broker, jitter)
    charger = Charger(firmware, clock, environ, network.make_link, network.now_utc, heard)

The charger's packets are those of the firmware's own net/mqtt.py, net/ntp.py and net/wifi.py.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.network.pool import Pool
from chargerctl.fleet.network.radio import Radio
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.network.peer import Server

_COSTS = Costs()


class _Place:
    """What the network asks of a board."""

    is_esp32 = True
    costs = _COSTS
    network: object = None

    def __init__(self, clock: Clock, events: Events) -> None:
        self.clock = clock
        self.events = events


class MemoryNetwork(Network):
    """One charger's. events: get a `frame` for each message that has crossed, where anybody listens for it.
    jitter(n): from 0 to below n, at random, for the pauses between two attempts to connect."""

    def __init__(
        self, clock: Clock, events: Events, broker: Server, jitter: Callable[[int], int] = random.randrange
    ) -> None:
        super().__init__(_Place(clock, events))
        self._broker = broker
        self._jitter = jitter
        self._radio = Radio(self.station)

    def now_utc(self) -> int:
        return int(self.time.unix())

    def make_link(self, charger: Charger, values: Mapping[str, Any], board: Any) -> _Link:
        """As MakeLink."""
        self.link.noticed = charger.stir
        self.serve(values["mqtt.broker"], values["mqtt.port"], self._broker)
        pool, firmware = Pool(self), charger.firmware
        ticks_ms, stalls, log = board.system.ticks_ms, board.stalls, board.console.log
        make_wifi = firmware.module("net.wifi").Wifi
        board.wifi = wifi = make_wifi(self._radio, values, ticks_ms, stalls, board.store, log, False)
        server, minutes = values["ntp.server"], values["ntp.sync_interval_minutes"]
        if server:
            self.serve_time(server)
            make_ntp = firmware.module("net.ntp").Ntp
            board.ntp = make_ntp(pool, server, minutes, board.clock, wifi, ticks_ms, stalls, log)
        make = firmware.module("net.mqtt").Link
        return _Link(make(pool, wifi, values, ticks_ms, stalls, log, self._jitter), self)


class _Link:
    """The firmware's, which goes with its board: without a word to the other end."""

    def __init__(self, link: Any, network: MemoryNetwork) -> None:
        self._link = link
        self._network = network
        self.step, self.publish, self.receive = link.step, link.publish, link.receive

    @property
    def connected(self) -> bool:
        return bool(self._link.connected)

    def close(self) -> None:
        self._network.vm_ended(orderly=False)
