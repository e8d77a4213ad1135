# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One WebSocket connection: what `websockets` does, and bounds where it has none. Import it only where websockets may be."""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import Any, Protocol

from websockets.asyncio.server import Server, ServerConnection
from websockets.server import ServerProtocol

from chargerctl.central.ocppj.limits import Limits
from chargerctl.listening.door import Door, Peer, network_of
from chargerctl.visible import visible


class Report(Protocol):
    """what: the kind of event, a word for programs; text: for a person. Of which charger, as far as it is known, and from
    which address."""

    def __call__(self, what: str, text: str, serial: str = "", address: str = "") -> None: ...


_LONGEST_REASON = 300


class ChargerConnection(ServerConnection):
    """Until its handshake is done it holds a place at the door, which it got before it was here (listening.py)."""

    def __init__(
        self,
        protocol: ServerProtocol,
        server: Server,
        *,
        door: Door,
        limits: Limits,
        report: Report,
        **options: Any,
    ) -> None:
        super().__init__(protocol, server, **options)
        # The charger that it is, once admitted.
        self.identity = ""
        self.address = ""
        # Why we ended it, or refused the handshake: reported already.
        self.ended = ""
        self._door = door
        self._peer: Peer = ("?",)
        self._limits = limits
        self._report = report
        self._received = 0
        self._since = self.loop.time()

    @property
    def network(self) -> str:
        return network_of(self.address)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._peer = transport.get_extra_info("peername") or ("?",)
        self.address = str(self._peer[0])
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if (
            self.request is None
            and not self.ended
            and self.loop.time() - self._since >= self._limits.handshake_s
        ):
            # `websockets` has cut it without a word.
            self.report("handshake", f"no handshake within {self._limits.handshake_s:g} s")
        super().connection_lost(exc)

    def leave_door(self) -> None:
        """The handshake is done."""
        self._door.leave(self._peer)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.request is None:
            self._received += len(data)
            if self._received > self._limits.handshake_bytes:
                self.end("handshake", f"its handshake has more than {self._limits.handshake_bytes} bytes")
                return
        super().data_received(data)
        # `websockets` answers pings at once, whether or not the other end reads the answers.
        self.bound_unsent()

    def bound_unsent(self) -> None:
        """End the connection of a charger that does not read what it is sent. Call it after each write."""
        if not self.ended and self.transport.get_write_buffer_size() > self._limits.unsent_bytes:
            self.end("not-reading", f"it does not read: {self._limits.unsent_bytes} bytes wait for it")

    def end(self, what: str, reason: str) -> None:
        """Cut the connection, without a closing handshake."""
        self.ended = reason
        self.report(what, reason)
        self.transport.abort()

    def report(self, what: str, text: str) -> None:
        """Something about this connection."""
        self._report(what, text, self.identity, self.address)


def report_tls(tls: ssl.SSLContext, report: Report) -> None:
    """Have failed TLS handshakes reported, which asyncio does not: mostly a charger does not trust the certificate."""

    class ReportingSsl(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                report("tls", f"a TLS handshake failed: {error.reason or error}")
                raise

    tls.sslobject_class = ReportingSsl


class HandshakeLog(logging.Handler):
    """Reports the failed handshakes that `websockets` writes to its logger."""

    def __init__(self, report: Report) -> None:
        super().__init__(logging.ERROR)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        connection = getattr(record, "websocket", None)
        if isinstance(connection, ChargerConnection) and connection.ended:
            return
        error: BaseException | None = record.exc_info[1] if record.exc_info else None
        parts = [record.getMessage()]
        while error is not None:
            parts.append(str(error))
            error = error.__cause__
        address = connection.address if isinstance(connection, ChargerConnection) else ""
        self._report("handshake", visible(": ".join(parts))[:_LONGEST_REASON], address=address)
