# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger's network in virtual time: the virtual board's, without the board, and a broker in memory that all share.

    network = MemoryNetwork(clock, events, broker)
    charger = Charger(firmware, clock, environ, network.link, network.now_utc, heard)

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

# What a slow connection lets through arrives so often.
_PIECE_US = 50_000


class _Place:
    """What the network asks of a board."""

    is_esp32 = True
    costs = Costs()
    network: object = None

    def __init__(self, clock: Clock, events: Events) -> None:
        self.clock = clock
        self.events = events


class MemoryNetwork:
    """One charger's, a fleet.network.network.Network. `ip`: what it is made of, with more faults; `ntp`: its time server."""

    def __init__(
        self,
        clock: Clock,
        events: Events,
        broker: Server,
        jitter: Callable[[int], int] = random.randrange,
        start_unix: float | None = None,
    ) -> None:
        """events: get a `frame` for each message that has crossed, where anybody listens for it. jitter(n): from 0 to
        below n, at random, for the pauses between two attempts to connect. start_unix: the world's time at the clock's
        zero; None: that of the virtual board."""
        self.ip = ip = Network(_Place(clock, events))
        if start_unix is not None:
            ip.time.start = start_unix
        self.wifi, self.broker, self.silent = ip.wifi, ip.broker, ip.silent
        self.half_open, self.ntp = ip.half_open, ip.ntp
        self._broker = broker
        self._jitter = jitter
        self._radio = Radio(ip.station)

    def now_utc(self) -> int:
        return int(self.ip.time.unix())

    def slow(self, bytes_per_s: int) -> None:
        """So much passes each way; 0: as much as there is."""
        faults = self.ip.faults
        faults.trickle_us = _PIECE_US if bytes_per_s else 0
        faults.trickle_bytes = max(1, bytes_per_s * _PIECE_US // 1_000_000) if bytes_per_s else 0

    def heal(self) -> None:
        """Everything works again."""
        self.ip.heal()

    def link(self, charger: Charger, values: Mapping[str, Any], board: Any) -> _Link:
        """As MakeLink; it sets board.wifi and board.ntp, too."""
        ip, firmware = self.ip, charger.firmware
        ip.link.noticed = charger.stir
        ip.serve(values["mqtt.broker"], values["mqtt.port"], self._broker)
        pool = Pool(ip)
        ticks_ms, stalls, log = board.system.ticks_ms, board.stalls, board.console.log
        make_wifi = firmware.module("net.wifi").Wifi
        board.wifi = wifi = make_wifi(self._radio, values, ticks_ms, stalls, board.store, log, False)
        server, minutes = values["ntp.server"], values["ntp.sync_interval_minutes"]
        if server:
            ip.serve_time(server)
            make_ntp = firmware.module("net.ntp").Ntp
            board.ntp = make_ntp(pool, server, minutes, board.clock, wifi, ticks_ms, stalls, log)
        make = firmware.module("net.mqtt").Link
        return _Link(make(pool, wifi, values, ticks_ms, stalls, log, self._jitter), ip)


class _Link:
    """The firmware's, which may go with its board."""

    def __init__(self, link: Any, network: Network) -> None:
        self._link = link
        self._network = network
        self.step, self.publish, self.receive, self.close = link.step, link.publish, link.receive, link.close

    @property
    def connected(self) -> bool:
        return bool(self._link.connected)

    def vanish(self) -> None:
        self._network.vm_ended(orderly=False)
