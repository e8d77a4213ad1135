# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is known of the addresses that clients come from: how many handshakes are open, and who keeps failing."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any

from chargerctl.central.ocppj.limits import Limits

Peer = tuple[Any, ...]
"""The client's end of a connection: address, port, and for IPv6 two more."""


def network_of(address: str) -> str:
    """The address that counts: of IPv6 the /64, since a single host has all of it. In a network of one's own all others
    have it, too: there it is the address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None and not parsed.is_private:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def is_loopback(host: str) -> bool:
    """Only programs on this machine can connect to what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Door:
    """Counts the handshakes that are open, of TLS and of HTTP, by the clients' ends of their connections (address, port)."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()
        self._networks: dict[Peer, str] = {}

    def enter(self, peer: Peer) -> str:
        """A place for one more handshake; else the reason why there is none."""
        network = network_of(str(peer[0]))
        if self._open.total() >= self._limits.handshakes:
            return f"{self._limits.handshakes} handshakes are open"
        if self._open[network] >= self._limits.handshakes_of_address:
            return f"{self._limits.handshakes_of_address} handshakes of this address are open"
        self._open[network] += 1
        self._networks[peer] = network
        return ""

    def leave(self, peer: Peer) -> None:
        """The handshake has ended, whichever way. Nothing happens to one that has left before."""
        network = self._networks.pop(peer, None)
        if network is None:
            return
        self._open[network] -= 1
        if self._open[network] <= 0:
            del self._open[network]


class Patience:
    """Delays the checks of one who keeps sending wrong passwords, more each time. A check costs 10 ms of CPU.
    Times are seconds of any clock that goes steadily."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # network -> failures, when they were counted, when its next check may begin.
        self._failed: dict[str, tuple[float, float, float]] = {}

    def failed(self, network: str, now: float) -> None:
        failures, _, free_at = self._now(network, now)
        self._failed.pop(network, None)
        self._failed[network] = failures + 1, now, free_at
        if len(self._failed) > self._limits.remembered:
            del self._failed[next(iter(self._failed))]

    def wait(self, network: str, now: float) -> float | None:
        """Seconds until the check that is wanted now may begin, one after the other; None: too many wait already."""
        failures, _, free_at = self._now(network, now)
        over = failures - self._limits.free_failures
        if over < 0:
            return 0.0
        wait = max(0.0, free_at - now)
        if wait > self._limits.longest_wait_s:
            return None
        pause = min(self._limits.longest_pause_s, 0.25 * 2.0 ** min(over, 16))
        self._failed[network] = failures, now, now + wait + pause
        return wait

    def _now(self, network: str, now: float) -> tuple[float, float, float]:
        failures, counted, free_at = self._failed.get(network, (0.0, now, now))
        return max(0.0, failures - (now - counted) / self._limits.forgiven_s), now, free_at
