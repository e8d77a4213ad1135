# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The world of a plan: in memory with our own central system, or at a broker or a central system of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.network.network import Network
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.realtime import RealTime
from chargerctl.fleet.world.memory import MemoryWorld
from chargerctl.fleet.world.sockets import SocketWorld
from chargerctl.fleet.world.virtual_time import VirtualTime
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Events


class Time(Protocol):
    """What spends the clock."""

    stood_still_us: int

    def look(self, until_us: int) -> None:
        """Some of the time until then."""

    def post(self, call: Callable[[], object]) -> None:
        """From a signal handler or another thread."""

    def close(self) -> None: ...


class Surroundings(Protocol):
    """What a world has for its chargers, by their number."""

    def settings(self, number: int) -> dict[str, str]:
        """Variable -> text, of this charger alone."""

    def network(self, number: int, events: Events) -> Network:
        """Once. events: get what crosses it, where it can be seen."""

    def conversation(self, number: int) -> Conversation | None:
        """The central system's end, where scripts can direct it."""

    def now_utc(self) -> int: ...

    def close(self) -> None: ...


class World:
    """clock, firmware: of all chargers; time: what spends the clock; surroundings: the rest. wall_us: the time, on the scale
    of the clock, at which something really happens."""

    def __init__(self, plan: Plan, scripted: bool, firmware: Firmware | None = None) -> None:
        """scripted: scripts direct the central system, which then is a simulated one. ChargerctlError where files for TLS
        cannot be used."""
        self.clock = clock = Clock()
        self.firmware = firmware or Firmware()
        self.time: Time
        self.surroundings: Surroundings
        self.wall_us: Callable[[], int] = lambda: clock.now_us
        if not plan.in_real_time:
            self.time = VirtualTime(clock)
            self.surroundings = MemoryWorld(plan, clock, scripted)
            return
        real = self.time = RealTime(clock)
        self.wall_us = real.wall_us
        if plan.broker is None and plan.target is None:
            self.surroundings = MemoryWorld(plan, clock, scripted)
        else:
            self.surroundings = SocketWorld(plan, real, self.firmware)

    def close(self) -> None:
        self.surroundings.close()
        self.time.close()
