# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the network and the server of a board's TCP connection call on each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class TlsRequest:
    """What the board demands of the server's certificate.

    `ca`: the one certificate (PEM) to trust; None: the board's built-in roots.
    `server_name`: the name the certificate has to carry; None: any.
    """

    ca: str | None
    server_name: str | None


# How a handshake fails, as mbedTLS names it: over a certificate, because what answered is not TLS, because the other side
# closed, or because it refused.
BAD_CERTIFICATE = "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED"
NOT_TLS = "MBEDTLS_ERR_SSL_INVALID_RECORD"
TLS_CLOSED = "MBEDTLS_ERR_SSL_CONN_EOF"
TLS_ALERT = "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE"


class BoardEnd(Protocol):
    """The connection, as the server uses it. Everything here may be called at once or later."""

    def opened(self) -> None:
        """The server takes the connection (SYN-ACK). To refuse it: reset()."""

    def send(self, data: bytes) -> None:
        """Send bytes towards the board."""

    def finish(self) -> None:
        """Close in order (FIN), after what was sent."""

    def reset(self) -> None:
        """Break the connection (RST), after what was sent."""

    def tls_done(self, refusal: str) -> None:
        """The TLS handshake is over; `refusal` is why it failed, "" when it did not: one of the names above, a semicolon and
        a text; without a name it is over a certificate."""


class Peer(Protocol):
    """One connection at the server."""

    def received(self, data: bytes) -> None:
        """Bytes arrived from the board."""

    def disconnected(self) -> None:
        """The board closed or broke the connection: nothing can be sent any more."""

    def start_tls(self, request: TlsRequest) -> None:
        """Begin TLS; the answer is tls_done()."""


class Server(Protocol):
    """Something that listens on a TCP port."""

    def accept(self, connection: BoardEnd) -> Peer | None:
        """A SYN arrived: open or reset `connection`, now or later; None is a reset."""
