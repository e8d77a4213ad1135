# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Resolving names, as lwIP on the board does it: it blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chargerctl.simulator.network.network import Network

DNS_TIMEOUT_US = 7_000_000
"""What a name server that does not answer costs."""


def is_address(host: str) -> bool:
    """Whether `host` is a dotted IPv4 address."""
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)


class Names:
    """The names that exist. Addresses are given out in the order of naming."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._addresses: dict[str, str] = {}

    def add(self, host: str) -> str:
        """Make `host` (a name or an address) exist; return its address."""
        if is_address(host):
            return host
        return self._addresses.setdefault(host.lower(), f"10.0.0.{10 + len(self._addresses)}")

    def look_up(self, host: str) -> str | None:
        """Resolve on the board: spends time, None when there is no such name or nobody answers."""
        network = self._network
        if is_address(host):
            return host
        if not network.station.up:
            return None
        if network.faults.dns_hangs or not network.link_up:
            network.clock.spend(DNS_TIMEOUT_US)
            return None
        network.clock.spend(network.costs.dns_lookup)
        return None if network.faults.dns_fails else self._addresses.get(host.lower())
