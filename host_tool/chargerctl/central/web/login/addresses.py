# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where a request comes from, as far as it is counted."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

# Who has one address of IPv6 has them all: a connection at home gets at least so many (RFC 6177).
_OF_ONE_HOME = 64


def address_of(connection: HTTPConnection) -> str:
    """For the log: the address itself. No header says it, because anybody can write those."""
    return connection.client.host if connection.client else ""


def network_of(address: str) -> str:
    """What is counted together: an address of IPv4, also one that is written as IPv6, a /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), _OF_ONE_HOME), strict=False))


def is_shared(address: str) -> bool:
    """Whether many may come from it: a reverse proxy on this computer sends everybody's requests."""
    return address == "::1" or network_of(address).startswith("127.")
