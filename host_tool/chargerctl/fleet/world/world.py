# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The world of a plan: in memory with our own central system, or at a broker or a central system of others."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from chargerctl.fleet.network.network import Network
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.realtime import RealTime
from chargerctl.fleet.world.memory import MemoryWorld
from chargerctl.fleet.world.virtual_time import VirtualTime
from chargerctl.simulator.machine.clock import Clock


class Time(Protocol):
    """What spends the clock."""

    def look(self, until_us: int) -> None:
        """Some of the time until then."""

    def post(self, call: Callable[[], object]) -> None:
        """From a signal handler or another thread."""

    def close(self) -> None: ...


class Surroundings(Protocol):
    """What a world has for its chargers."""

    def network(self, number: int) -> Network:
        """Of the charger with this number, once."""

    def now_utc(self) -> int: ...

    def close(self) -> None: ...


class World:
    """clock, time: see above. wall_us: the time on the scale of the clock at which something really happens."""

    def __init__(
        self, clock: Clock, spender: Time, surroundings: Surroundings, wall_us: Callable[[], int]
    ) -> None:
        self.clock = clock
        self.time = spender
        self.wall_us = wall_us
        self.network, self.now_utc = surroundings.network, surroundings.now_utc
        self._surroundings = surroundings

    def close(self) -> None:
        self._surroundings.close()
        self.time.close()


def open_world(plan: Plan) -> World:
    """ChargerctlError where broker or central system cannot be used at all."""
    clock = Clock()
    if plan.broker is None and plan.target is None:
        spender: Time
        wall_us: Callable[[], int]
        if plan.realtime:
            real = RealTime(clock)
            spender, wall_us = real, real.wall_us
        else:
            spender, wall_us = VirtualTime(clock), lambda: clock.now_us
        return World(clock, spender, MemoryWorld(plan, clock), wall_us)
    raise NotImplementedError
