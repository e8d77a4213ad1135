# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What all connections of a fleet share: who waits for their sockets, known names, certificates to trust, and the sockets
whose chargers have vanished."""

from __future__ import annotations

import errno
import socket
import ssl
from pathlib import Path

from chargerctl import descriptors
from chargerctl.errors import ChargerctlError
from chargerctl.fleet.links.names import Names
from chargerctl.fleet.realtime import READ, RealTime
from chargerctl.ocppj import client_tls

_DISCARDED = 1 << 16
# Most ends miss the charger by then: a broker after one and a half times its keep-alive.
_KEPT_US = 300_000_000


class Sockets:
    """driver; names."""

    def __init__(self, driver: RealTime, names: Names | None = None) -> None:
        self.driver = driver
        self.names = names or Names(driver)
        self._contexts: dict[str, ssl.SSLContext] = {}
        # In the order in which they were.
        self._abandoned: dict[socket.socket, None] = {}

    @property
    def abandoned(self) -> int:
        """Connections without a charger, whose other end does not know it yet."""
        return len(self._abandoned)

    def open(self, family: socket.AddressFamily) -> socket.socket:
        """A new one. Where no descriptor is left, that which was abandoned first goes for it; where there is none, OSError,
        and the fleet ends with a ChargerctlError, since that is not the central system's fault."""
        while True:
            try:
                return socket.socket(family, socket.SOCK_STREAM)
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE):
                    raise
                if not self._abandoned:
                    self.driver.fail(descriptors.used_up(error))
                    raise
            self._forget(next(iter(self._abandoned)))

    def context(self, ca_file: str) -> ssl.SSLContext:
        """For all who trust this PEM file, "" for the system's authorities. ValueError where it cannot be used."""
        context = self._contexts.get(ca_file)
        if context is None:
            try:
                context = client_tls(Path(ca_file) if ca_file else None)
            except ChargerctlError as error:
                raise ValueError(str(error)) from error
            self._contexts[ca_file] = context
        return context

    def abandon(self, sock: socket.socket) -> None:
        """Keep it open, so that the other end hears neither FIN nor RST, until that end closes it, or long enough."""
        self._abandoned[sock] = None
        self.driver.clock.call_in(_KEPT_US, lambda: self._forget(sock))
        self.driver.watch(sock, READ, lambda _events: self._discard(sock))

    def _discard(self, sock: socket.socket) -> None:
        try:
            # Of a connection with TLS, too: what it says is of no interest.
            more = socket.socket.recv(sock, _DISCARDED)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            more = b""
        if not more:
            self._forget(sock)

    def _forget(self, sock: socket.socket) -> None:
        if sock in self._abandoned:
            del self._abandoned[sock]
            self.driver.watch(sock, 0, self._nobody)
            sock.close()

    def _nobody(self, _events: int) -> None:
        pass

    def close(self) -> None:
        """At the end, when no charger has one any more."""
        for sock in list(self._abandoned):
            self._forget(sock)
