# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The way between the board and the servers: whether anything gets through now, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.network.faults import Faults
from chargerctl.simulator.network.station import Station


class Link:
    """From the board's radio through the access point; `faults` are its own, those of both ends come on top.

    `noticed` is called when a socket of the board could find something new: for a program that sleeps until then."""

    def __init__(self, clock: Clock, costs: Costs, station: Station) -> None:
        self.clock = clock
        self.costs = costs
        self.station = station
        self.access_point = station.access_point
        self.faults = Faults()
        self.noticed: Callable[[], object] = lambda: None

    @property
    def up(self) -> bool:
        """Whether packets cross between the board and the access point."""
        return self.access_point.up and self.station.up

    @property
    def delay_us(self) -> int:
        """One-way latency now, in microseconds."""
        return self.costs.network_delay + self.faults.delay_us

    @property
    def passes_datagrams(self) -> bool:
        return self.up and not self.faults.drop_datagrams
