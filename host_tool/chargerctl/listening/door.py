# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How many may come in at the same time, in all and from one address."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any

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
    """Counts what is open, by the clients' ends of their connections (address, port).

    most_of_address: of one address; most_here: of each loopback address, behind which may be a reverse proxy, and so
    everybody; as of any other, if it is not given. what: is counted, in the plural.
    """

    def __init__(
        self, most: int, most_of_address: int, what: str = "connections", most_here: int | None = None
    ) -> None:
        self._most = most
        self._most_of_address = most_of_address
        self._most_here = most_of_address if most_here is None else most_here
        self._what = what
        self._open: Counter[str] = Counter()
        self._networks: dict[Peer, str] = {}

    def enter(self, peer: Peer) -> str:
        """A place for one more; else the reason why there is none."""
        network = network_of(str(peer[0]))
        if self._open.total() >= self._most:
            return f"{self._most} {self._what} are open"
        most = self._most_here if is_loopback(network) else self._most_of_address
        if self._open[network] >= most:
            return f"{most} {self._what} of this address are open"
        self._open[network] += 1
        self._networks[peer] = network
        return ""

    def leave(self, peer: Peer) -> None:
        """It has ended, whichever way. Nothing happens to one that has left before."""
        network = self._networks.pop(peer, None)
        if network is None:
            return
        self._open[network] -= 1
        if self._open[network] <= 0:
            del self._open[network]
