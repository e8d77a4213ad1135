# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The names by which a viewer may reach a server: a name that others can point at any address is none of them."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection

from chargerctl.settings.kinds import HostPort

_EVERYWHERE = ("0.0.0.0", "::")
_LOOPBACK = ("localhost", "ip6-localhost")


def ours(where: HostPort, more: Collection[str] = ()) -> Callable[[str], bool]:
    """is_ours(host), for Guard. where: the server listens there; more: names that its owner gives it, in lower case.

    An address is nobody else's name: the browser has connected to it.
    """
    names = {where.host.lower(), *more}
    everywhere = where.host in _EVERYWHERE
    if everywhere or where.is_loopback:
        names.update(_LOOPBACK)
    if everywhere:
        own = socket.gethostname().lower()
        names.update((own, f"{own}.local"))

    def is_ours(host: str) -> bool:
        if host.rstrip(".") in names:
            return True
        try:
            address = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return False
        return address.is_loopback or not where.is_loopback

    return is_ours


def name_of(host: str) -> str:
    """Of a Host header: without its port, in lower case."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()
