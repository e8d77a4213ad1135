# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's `ssl` (shared-bindings/ssl; it has no stub): TLS by mbedTLS, as seen by the program.

The handshake blocks: connect() loops until it ends, however long that takes when the socket's timeout is 0. The board's
arithmetic is charged here; the certificate is judged at the server's end, on the real one where there is one.
"""

from __future__ import annotations

import errno
from types import ModuleType
from typing import Any

from chargerctl.simulator.network.connection import CLOSED, OPEN
from chargerctl.simulator.network.peer import BAD_CERTIFICATE, NOT_TLS, TLS_ALERT, TLS_CLOSED, TlsRequest
from chargerctl.simulator.network.sockets import error
from chargerctl.simulator.python.module import new_module
from chargerctl.simulator.python.modules.socketpool import Socket, SocketPool

CERT_VERIFY_FAILED = -0x2700
_NUMBERS = {BAD_CERTIFICATE: CERT_VERIFY_FAILED, NOT_TLS: -0x7200, TLS_CLOSED: -0x7280, TLS_ALERT: -0x7780}


class SSLSocket:
    """A socket of which everything is encrypted. Made by SSLContext.wrap_socket()."""

    def __init__(self, socket: Socket, request: TlsRequest) -> None:
        self._socket = socket
        self._request = request
        self._network = socket._network
        self._over = False

    def __enter__(self) -> SSLSocket:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def accept(self) -> tuple[SSLSocket, tuple[str, int]]:
        raise NotImplementedError("the virtual board takes no connections")

    def bind(self, address: tuple[str, int]) -> None:
        self._socket.bind(address)

    def listen(self, backlog: int) -> None:
        self._socket.listen(backlog)

    def close(self) -> None:
        self._over = True
        self._socket.close()

    def connect(self, address: tuple[str, int]) -> None:
        self._socket.connect(address)
        self._shake_hands()

    def recv_into(self, buffer: Any, bufsize: int = 0) -> int:
        self._check()
        return self._socket.recv_into(buffer, bufsize)

    def send(self, bytes: Any) -> int:
        self._check()
        return self._socket.send(bytes)

    def setblocking(self, flag: bool) -> None:
        self._socket.setblocking(flag)

    def setsockopt(self, level: int, optname: int, value: int) -> None:
        self._socket.setsockopt(level, optname, value)

    def settimeout(self, value: float | None) -> None:
        self._socket.settimeout(value)

    def _check(self) -> None:
        if self._over:
            raise error(errno.EBADF)

    def _shake_hands(self) -> None:
        tcp = self._socket._tcp
        connection = tcp.connection if tcp is not None else None
        if tcp is None or connection is None:
            raise error(errno.ENOTCONN)
        clock = self._network.clock
        clock.spend(self._network.costs.tls_handshake)
        connection.start_tls(self._request)
        # mbedTLS goes on while its reads would block, so a timeout of 0 waits for ever.
        ended = clock.wait(
            lambda: connection.tls is not None or connection.state != OPEN, tcp.timeout_us or None
        )
        if not ended:
            self._over = True
            raise error(errno.ETIMEDOUT)
        if connection.tls is None:
            self._over = True
            raise error(errno.ENOTCONN if connection.state == CLOSED else errno.ECONNRESET)
        if connection.tls:
            self._over = True
            connection.close()
            name, _, text = connection.tls.partition("; ")
            if name not in _NUMBERS:
                name, text = BAD_CERTIFICATE, connection.tls
            raise OSError(_NUMBERS[name], f"{name}; {text}")

    def _ready(self, flags: int) -> int:
        return self._socket._ready(flags)


class SSLContext:
    """Trusts the board's built-in roots, or the one certificate it is given."""

    def __init__(self) -> None:
        self.check_hostname = True
        self._ca: str | None = None

    def load_cert_chain(self, certfile: str, keyfile: str | None = None) -> None:
        raise NotImplementedError("client certificates on the virtual board")

    def load_verify_locations(
        self, cafile: str | None = None, capath: str | None = None, cadata: str | None = None
    ) -> None:
        for name, value in (("cafile", cafile), ("capath", capath)):
            if value is not None:
                raise NotImplementedError(name)
        if not isinstance(cadata, str):
            raise TypeError(f"can't convert {type(cadata).__name__} to str")
        self._ca = cadata

    def set_default_verify_paths(self) -> None:
        self._ca = None

    def wrap_socket(
        self, sock: Socket, *, server_side: bool = False, server_hostname: str | None = None
    ) -> SSLSocket:
        if server_side:
            raise NotImplementedError("the virtual board takes no connections")
        if sock.type != SocketPool.SOCK_STREAM:
            raise RuntimeError("Invalid socket for TLS")
        if self._ca is not None and "-----BEGIN CERTIFICATE-----" not in self._ca:
            raise ValueError("invalid cert")
        return SSLSocket(sock, TlsRequest(self._ca, server_hostname))


def make(board: Any) -> ModuleType:
    """The module for one start of the VM."""
    return new_module("ssl", SSLContext, SSLSocket, create_default_context=lambda: SSLContext())
