# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why a server is not reached: what happened, and what to do about it, in the words of the options that name it."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """How the user says where a server is: the words of a remedy."""

    address: str
    ca: str
    with_tls: str
    without_tls: str


BROKER = Options("--broker", "--broker-ca", "--broker-tls", "--no-broker-tls, without --broker-ca")


@dataclass(frozen=True)
class Unreached:
    """what: a word for programs; text: what happened; remedy: what to do."""

    what: str
    text: str
    remedy: str

    def at(self, place: str) -> tuple[str, str, str, str]:
        return self.what, place, self.text, self.remedy


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


def unreached(error: Exception, secured: bool, options: Options) -> Unreached:
    """It was not reached, or what answers is something else. secured: with TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        text, remedy = _CERTIFICATES.get(
            error.verify_code, (_UNKNOWN_CA.format(error.verify_message), _TRUST)
        )
        return Unreached("certificate", text, remedy.format(address=options.address, ca=options.ca))
    if isinstance(error, ssl.SSLError):
        return Unreached(
            "tls", f"no TLS at that port ({error.reason or error})", f"try {options.without_tls}"
        )
    # UnicodeError: a name that cannot be one, such as with a part of more than 63 characters.
    if isinstance(error, socket.gaierror | UnicodeError):
        return Unreached(
            "name",
            "no such host",
            f"correct {options.address}, or see whether names are resolved here",
        )
    if isinstance(error, ConnectionRefusedError):
        return Unreached("refused", "connection refused", "start it, or correct the port")
    if isinstance(error, TimeoutError):
        remedy = "see whether it is switched on, and what a firewall drops"
        if secured:
            remedy += f"; if it has no TLS at that port: {options.without_tls}"
        return Unreached("timeout", "no answer", remedy)
    if isinstance(error, OSError) and not isinstance(error, ConnectionError):
        return Unreached("network", error.strerror or str(error), "see the network of this computer")
    remedy = (
        f"it may have no TLS at that port: try {options.without_tls}"
        if secured
        else f"it may want TLS: try {options.with_tls}"
    )
    return Unreached("hangs up", "it hangs up at once, or does not speak the protocol", remedy)
