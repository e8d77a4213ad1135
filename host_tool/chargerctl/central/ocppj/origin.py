# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps web pages out: a page that somebody opens can make their browser connect to what listens on this machine or in this
network, and a browser always tells the page's Origin. Chargers send none, or one made of the server's own name."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit


def is_foreign_page(origins: Sequence[str], hosts: Sequence[str], proven: bool) -> bool:
    """From the headers Origin and Host of a handshake. `proven`: a password was right, which no foreign page has.

    Without one, the host has to be an address or localhost: a name may have been made to point here (DNS rebinding).
    """
    if not origins or proven:
        return False
    if len(origins) > 1 or len(hosts) != 1:
        return True
    try:
        origin, host = urlsplit(origins[0]), urlsplit(f"//{hosts[0]}")
        same = bool(host.hostname) and (origin.hostname, origin.port) == (host.hostname, host.port)
    except ValueError:
        return True
    return not (same and _is_no_name(str(host.hostname)))


def _is_no_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
