# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Lets the board reach a real server over a real socket, through the same faulty link as any other.

For real time only. Sockets live on an asyncio thread; everything that concerns the simulation is posted to its clock.
TLS is done here, at the server's end of the link, for the board: with the certificate that the board trusts, so a
wrong one is refused for real.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

from chargerctl.loop_thread import LoopThread
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.network.peer import (
    BAD_CERTIFICATE,
    NOT_TLS,
    TLS_ALERT,
    TLS_CLOSED,
    BoardEnd,
    TlsRequest,
)

CONNECT_TIMEOUT_S = 30


class TcpServer:
    """A Server (peer.py) that forwards to the one at `host`:`port`. Without `tls`, a board that starts TLS gets the answer
    that the certificate is fine, and nothing is encrypted."""

    def __init__(self, thread: LoopThread, clock: Clock, host: str, port: int, *, tls: bool = False) -> None:
        self.host = host
        self.port = port
        self.tls = tls
        self.thread = thread
        self.clock = clock

    def accept(self, connection: BoardEnd) -> _Peer:
        """Connect to the real server on the board's behalf."""
        return _Peer(self, connection)


class _Peer(asyncio.Protocol):
    """One connection: a Peer for the board, a Protocol for the real socket."""

    def __init__(self, server: TcpServer, connection: BoardEnd) -> None:
        self._server = server
        self._connection = connection
        self._transport: asyncio.Transport | None = None
        self._over = False
        self._task = asyncio.run_coroutine_threadsafe(self._connect(), server.thread.loop)

    # Peer: called by the simulation.

    def received(self, data: bytes) -> None:
        """Bytes from the board go out on the real socket."""
        self._server.thread.loop.call_soon_threadsafe(self._write, data)

    def disconnected(self) -> None:
        """The board's end is over."""
        self._server.thread.loop.call_soon_threadsafe(self._abandon)

    def start_tls(self, request: TlsRequest) -> None:
        """Shake hands with the real server."""
        if not self._server.tls:
            self._connection.tls_done("")
            return
        self._task = asyncio.run_coroutine_threadsafe(self._shake_hands(request), self._server.thread.loop)

    # Protocol: called on the asyncio thread.

    def data_received(self, data: bytes) -> None:
        """Bytes of the real server."""
        self._server.clock.post(lambda: self._connection.send(data))

    def connection_lost(self, exc: Exception | None) -> None:
        """The real server closed, or broke the connection."""
        self._over = True
        self._server.clock.post(self._connection.reset if exc else self._connection.finish)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            connecting = loop.create_connection(lambda: self, self._server.host, self._server.port)
            transport, _protocol = await asyncio.wait_for(connecting, CONNECT_TIMEOUT_S)
        except (TimeoutError, OSError):
            self._server.clock.post(self._connection.reset)
            return
        self._transport = transport
        if self._over:
            transport.abort()
        else:
            self._server.clock.post(self._connection.opened)

    async def _shake_hands(self, request: TlsRequest) -> None:
        context = ssl.create_default_context(cadata=request.ca)
        context.check_hostname = request.server_name is not None
        loop = asyncio.get_running_loop()
        transport = self._transport
        refusal = f"{TLS_CLOSED}; connection lost"
        if transport is not None:
            try:
                name = request.server_name
                secured = await loop.start_tls(transport, self, context, server_hostname=name)
            except (ssl.SSLError, OSError) as error:
                refusal = _refusal(error)
            else:
                self._transport, refusal = cast("asyncio.Transport", secured), ""
        self._server.clock.post(lambda: self._connection.tls_done(refusal))

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _abandon(self) -> None:
        self._over = True
        if self._transport is not None:
            self._transport.close()


def _refusal(error: OSError) -> str:
    """OpenSSL's error by the name that mbedTLS has for it."""
    text = (getattr(error, "verify_message", "") or str(error) or type(error).__name__).replace("; ", ", ")
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{BAD_CERTIFICATE}; {text}"
    if isinstance(error, ssl.SSLEOFError) or not isinstance(error, ssl.SSLError):
        return f"{TLS_CLOSED}; {text}"
    return f"{TLS_ALERT if 'ALERT' in text.upper() else NOT_TLS}; {text}"
