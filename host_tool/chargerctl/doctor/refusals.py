# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why a broker cannot be reached or refuses a connection, and what to do about it."""

from __future__ import annotations

import socket
import ssl

UNSUPPORTED = 132  # paho-mqtt's number for it, whichever version a broker answers in
_ACCOUNT = "correct [mqtt] username and password, or the broker's accounts"
# What to do when it refuses the connection, by paho-mqtt's number of the reason.
_REFUSED = {
    UNSUPPORTED: "use a broker that speaks MQTT 3.1.1, as the charger does",
    133: "let the broker accept any client id",
    136: "wait until the broker is up, or see its log",
    137: "wait until the broker is less busy, or see its log",
    151: "wait until the broker has room, or see its log",
    159: "wait until the broker accepts connections again, or see its log",
}


def after_refusal(number: int, account: str = _ACCOUNT) -> str:
    """What to do. account: where there is something wrong with user name or password."""
    return _REFUSED.get(number, account)


def why_no_connection(error: OSError | ValueError) -> tuple[str, str]:
    """(what went wrong, what to do)."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted: {error.verify_message}",
            "docs/security.md: it must name the host as [mqtt] broker does, and be signed by [mqtt] ca_file",
        )
    if isinstance(error, ssl.SSLError):
        return (
            f"no TLS at that port: {error.reason or error}",
            "set [mqtt] tls and port as the broker has them",
        )
    if isinstance(error, socket.gaierror):
        return "no such host", "correct [mqtt] broker, or use its address"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused", "start the broker, or correct [mqtt] port"
    if isinstance(error, TimeoutError):
        return "no answer", "see whether it is switched on and in the same network, and what a firewall drops"
    if isinstance(error, ConnectionResetError):
        return (
            "it closed the connection at once",
            "see whether it expects TLS at that port ([mqtt] tls, port)",
        )
    return (
        error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    ), "see [mqtt] broker and port"
