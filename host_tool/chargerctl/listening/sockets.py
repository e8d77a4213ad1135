# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Listening sockets that let in only whom the door has a place for. asyncio shows a connection to its protocol after the TLS
handshake only: whoever stalls in that would be counted by nobody."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from chargerctl.listening.door import Door

Refused = Callable[[str, str], object]
"""refused(reason, address)"""


async def listen(host: str, port: int, door: Door, refused: Refused) -> list[socket.socket]:
    """Sockets bound to every address that the host has; OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    for family, kind, protocol, _name, address in dict.fromkeys(found):
        try:
            sockets.append(bound(family, kind, protocol, address, door, refused))
        except OSError as error:
            # A name such as localhost may have an address of IPv6 where there is no IPv6.
            if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                missing = error
                continue
            for each in sockets:
                each.close()
            raise
    if missing is not None and not sockets:
        raise missing
    return sockets


def bound(family: int, kind: int, protocol: int, address: Any, door: Door, refused: Refused) -> socket.socket:
    """As asyncio binds its own."""
    listening = _ListeningSocket(family, kind, protocol)
    listening.door, listening.refused = door, refused
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    return listening


class _Guest(socket.socket):
    """A connection. It leaves the door when it is closed, if it has not before: its handshake was done then."""

    leave: Callable[[], object]

    def close(self) -> None:
        super().close()
        self.leave()


class _ListeningSocket(socket.socket):
    door: Door
    refused: Refused

    def accept(self) -> tuple[socket.socket, Any]:
        """asyncio takes ConnectionAbortedError for a client that has gone already, and goes on."""
        accepted, peer = super().accept()
        reason = self.door.enter(peer)
        if reason:
            accepted.close()
            self.refused(reason, str(peer[0]))
            raise ConnectionAbortedError
        guest = _Guest(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        guest.leave = partial(self.door.leave, peer)
        return guest, peer
