# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why a central system cannot be reached, or lets a charger not in: what happened, and what to do about it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from chargerctl.errors import ChargerctlError
from chargerctl.ocppj import SUBPROTOCOL

# What of a stranger's text is repeated.
_LONGEST = 200


@dataclass(frozen=True)
class Options:
    """How the user says where a server is: the words of a remedy."""

    address: str
    ca: str
    with_tls: str
    without_tls: str


TO = Options("--to", "--ca", "wss:// instead of ws://", "ws:// instead of wss://")
BROKER = Options("--broker", "--broker-ca", "--broker-tls", "--no-broker-tls, without --broker-ca")

# OpenSSL's numbers of what is wrong with a certificate.
_NOT_YET, _EXPIRED, _NAME, _ADDRESS = 9, 10, 62, 64
_CERTIFICATES = {
    _NOT_YET: ("its certificate is not valid yet", "see the date of this computer, then the certificate's"),
    _EXPIRED: ("its certificate has expired", "have it renewed; nothing here can make it valid"),
    _NAME: (
        "its certificate is for another name",
        "use in {address} the name that the certificate has, or have one made for this name",
    ),
    _ADDRESS: (
        "its certificate is for another address",
        "use in {address} the name that the certificate has, or have one made for this address",
    ),
}
_UNKNOWN_CA = "its certificate is not signed by an authority that is trusted here: {}"
_TRUST = "if you know it, name the PEM file of its authority with {ca}"

_CLOSES: Mapping[int, tuple[str, str]] = {
    1000: ("closed the connection", "it may have been restarted, or has a newer connection of this charger"),
    1001: ("closed the connection: it is going away", "it is tried again"),
    1002: ("closed the connection: it takes what came for a fault of the protocol", "see its log"),
    1003: ("closed the connection: it does not take this kind of message", "see its log"),
    1006: ("closed the connection without a word", "see its log, and what is between here and there"),
    1008: ("closed the connection: against its rules", "see its log; it may not know the charger"),
    1009: ("closed the connection: a message was too long for it", "see its log"),
    1011: ("closed the connection: it has an internal error", "see its log"),
    1012: ("closed the connection: it restarts", "it is tried again"),
    1013: ("closed the connection: try again later", "it is tried again"),
}


class RefusedError(ChargerctlError):
    """No connection for this charger, or none any more. what: a word for programs; message: place, reason and remedy."""

    def __init__(self, what: str, place: str, text: str, remedy: str) -> None:
        super().__init__(f"{place}: {text}; {remedy}", what=what)
        self.what = what


def by_status(status: int, location: str | None, place: str, path: str, user: str | None) -> RefusedError:
    """The answer to the handshake was this status of HTTP. user: None where no password was sent."""
    if status == 401:
        if user is None:
            return RefusedError(
                "401", place, "it wants a password (HTTP 401)", "set the charger's in [bridge.passwords]"
            )
        return RefusedError(
            "401",
            place,
            f"it refused the password of {user} (HTTP 401)",
            "set the one that the central system has for this charger, in [bridge.passwords]",
        )
    if status == 403:
        return RefusedError(
            "403", place, f"it does not let {path} in (HTTP 403)", "allow the charger in the central system"
        )
    if status == 404:
        return RefusedError(
            "404",
            place,
            f"it knows no {path} (HTTP 404)",
            "add the charger to the central system, or correct the path of --to",
        )
    if 300 <= status < 400:
        where = f" to {location[:_LONGEST]}" if location else ""
        return RefusedError(
            "redirect",
            place,
            f"it redirects{where} (HTTP {status}), which is not followed",
            "use that as --to, without the charger, if you trust it",
        )
    if status == 429 or status >= 500:
        return RefusedError(
            "busy", place, f"it cannot answer now (HTTP {status})", "it is tried again; see its log"
        )
    return RefusedError(
        "no websocket",
        place,
        f"it answers {path} with HTTP {status}, and no WebSocket",
        "correct the path of --to",
    )


def without_subprotocol(place: str, chosen: str | None) -> RefusedError:
    """It has not agreed to ours (J 3.2)."""
    text = f"it agreed to {chosen[:_LONGEST]}" if chosen else "it agreed to no subprotocol"
    return RefusedError(
        "subprotocol",
        place,
        f"{text}, not to {SUBPROTOCOL}",
        "it may speak another version of OCPP, or not at this path",
    )


def no_answer(place: str, seconds: float) -> RefusedError:
    return RefusedError(
        "timeout",
        place,
        f"no answer in {seconds:.0f} s",
        "see whether it is switched on, and what a firewall drops",
    )


def by_error(error: Exception, place: str, secured: bool, options: Options = TO) -> RefusedError:
    """It was not reached, or what answers is something else. secured: with TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        text, remedy = _CERTIFICATES.get(
            error.verify_code, (_UNKNOWN_CA.format(error.verify_message), _TRUST)
        )
        return RefusedError("certificate", place, text, remedy.format(address=options.address, ca=options.ca))
    if isinstance(error, ssl.SSLError):
        return RefusedError(
            "tls", place, f"no TLS at that port ({error.reason or error})", f"try {options.without_tls}"
        )
    if isinstance(error, socket.gaierror):
        return RefusedError(
            "name",
            place,
            "no such host",
            f"correct {options.address}, or see whether names are resolved here",
        )
    if isinstance(error, ConnectionRefusedError):
        return RefusedError("refused", place, "connection refused", "start it, or correct the port")
    if isinstance(error, TimeoutError):
        return RefusedError(
            "timeout", place, "no answer", "see whether it is switched on, and what a firewall drops"
        )
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        return RefusedError(
            "network", place, error.strerror or str(error), "see the network of this computer"
        )
    remedy = "see what listens there" if secured else f"it may want TLS: try {options.with_tls}"
    return RefusedError("hangs up", place, "it hangs up at once, or does not speak the protocol", remedy)


def by_close(code: int | None, reason: str, place: str, ping_s: float) -> RefusedError:
    """The connection has ended with this code (RFC 6455, 7.4). None: there is none, since a ping got no answer."""
    if code is None:
        return RefusedError(
            "ping", place, f"no answer to a ping in {ping_s:.0f} s", "see the network on the way"
        )
    text, remedy = _CLOSES.get(code, (f"closed the connection with code {code}", "see its log"))
    because = f" ({reason[:_LONGEST]})" if reason else ""
    return RefusedError("closed", place, f"it {text}{because}", remedy)
