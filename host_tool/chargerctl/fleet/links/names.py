# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Looks up names of hosts for all chargers: each name once, on a thread, since the system's look-up blocks."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chargerctl.fleet.realtime import RealTime

Addresses = list[tuple[socket.AddressFamily, str]]
LookUp = Callable[[str], Addresses]
"""Blocks. Raises OSError or UnicodeError."""

_ANEW_US = 30_000_000


def system(host: str) -> Addresses:
    """All addresses of a host, those of IPv4 first: a board has no others."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    known = {(each[0], str(each[4][0])): None for each in found}
    return sorted(known, key=lambda each: each[0] != socket.AF_INET)


@dataclass
class Name:
    """What is known of a host's name. addresses: none until they are known; problem: why the last look-up found none."""

    host: str
    addresses: Addresses = field(default_factory=list)
    problem: Exception | None = None
    is_address: bool = False
    looking: bool = False
    asked_us: int = -_ANEW_US
    waiting: list[Callable[[], object]] = field(default_factory=list)


class Names:
    def __init__(self, driver: RealTime, look_up: LookUp = system) -> None:
        self._driver = driver
        self._look_up = look_up
        self._names: dict[str, Name] = {}

    def get(self, host: str) -> Name:
        name = self._names.get(host)
        if name is None:
            name = self._names[host] = Name(host)
            try:
                literal = ipaddress.ip_address(host)
            except ValueError:
                pass
            else:
                name.is_address = True
                name.addresses = [(socket.AF_INET if literal.version == 4 else socket.AF_INET6, host)]
        return name

    def ask(self, name: Name, known: Callable[[], object]) -> None:
        """Look it up, once for all who ask meanwhile or soon after; then call `known()`."""
        now_us = self._driver.clock.now_us
        if not name.looking and now_us - name.asked_us < _ANEW_US:
            self._driver.post(known)
            return
        name.waiting.append(known)
        if not name.looking:
            name.looking, name.asked_us = True, now_us
            threading.Thread(
                target=self._find, args=(name,), name=f"look up {name.host}", daemon=True
            ).start()

    def _find(self, name: Name) -> None:
        found: Any
        try:
            found = self._look_up(name.host)
        except (OSError, UnicodeError) as error:
            found = error
        self._driver.post(lambda: self._tell(name, found))

    def _tell(self, name: Name, found: Any) -> None:
        name.looking = False
        name.problem = found if isinstance(found, Exception) else None
        if name.problem is None:
            name.addresses = found
        waiting, name.waiting = name.waiting, []
        for known in waiting:
            known()
