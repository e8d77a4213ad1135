# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What both ends of an OCPP-J 1.6 connection need before the first frame: the subprotocol, the identity in the path, Basic
auth and TLS. "J" is the OCPP-J 1.6 specification, "A00" the security white paper for OCPP 1.6-J, edition 2."""

from __future__ import annotations

import base64
import binascii
import ssl
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes, urlsplit, urlunsplit

from chargerctl.errors import ChargerctlError, InputError
from chargerctl.serials import MOST_CHARACTERS, is_serial

SUBPROTOCOL = "ocpp1.6"  # J 3.1.2

MAX_FRAME_BYTES = 256 * 1024
"""A StopTransaction has all meter values of a night with some chargers. A longer message is refused with close code 1009."""

# A00.FR.317 demands the two without forward secrecy, which Python leaves out, for chargers that have no others.
_CIPHERS = (
    "ECDH+AESGCM:ECDH+CHACHA20:ECDH+AES:DHE+AES:AES128-GCM-SHA256:AES256-GCM-SHA384"
    ":!aNULL:!eNULL:!aDSS:!SHA1:!AESCCM"
)


def size_of(frame: str | bytes) -> int:
    """In bytes, as it crosses the network."""
    if isinstance(frame, bytes) or frame.isascii():
        return len(frame)
    return len(frame.encode("utf-8", "surrogatepass"))


def too_large(size: int, most: int = MAX_FRAME_BYTES) -> str:
    """What is wrong with a frame of so many bytes; "" if nothing is."""
    return f"a frame of {size:,} bytes, at most {most:,} allowed" if size > most else ""


def connection_url(endpoint: str, identity: str) -> str:
    """The URL at which this charge point connects: the endpoint's path, a slash, the encoded identity (J 3.1.1)."""
    parts = urlsplit(endpoint)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/" + quote(identity, safe="")))


def identity_of(path: str) -> str:
    """The identity at the end of a request's path, which may have a query; ValueError if it is not acceptable."""
    last = path.split("?", 1)[0].rpartition("/")[2]
    try:
        identity = unquote_to_bytes(last).decode("utf-8")
    except UnicodeError:
        raise ValueError("the identity in the path is not UTF-8") from None
    if not identity:
        raise ValueError("the path ends without an identity")
    if len(identity) > MOST_CHARACTERS:
        raise ValueError(
            f"the identity has {len(identity)} characters, at most {MOST_CHARACTERS} are allowed"
        )
    if not is_serial(identity):
        raise ValueError("the identity has characters that are not allowed")
    return identity


def basic_auth(identity: str, password: bytes) -> str:
    """The value of the Authorization header (J 6.2.2). The password is any bytes, such as the 20 of an AuthorizationKey."""
    return "Basic " + base64.b64encode(identity.encode() + b":" + password).decode()


def basic_password(header: str | None, identity: str) -> bytes | None:
    """The password in an Authorization header; None unless it is Basic and its user is the identity (A00.FR.204)."""
    scheme, _, credentials = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    # Not up to the first colon: an identity may have colons.
    user = identity.encode() + b":"
    return decoded[len(user) :] if decoded.startswith(user) else None


def server_tls(certificate: Path, key: Path) -> ssl.SSLContext:
    """For the central system: TLS 1.2 or newer (A00.FR.312). ChargerctlError names the file that cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    for file in (certificate, key):
        _readable(file)
    try:
        # An encrypted key would ask for its password on the terminal.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, ValueError) as error:
        raise ChargerctlError(
            f"{certificate} and {key} are no certificate and its unencrypted key in PEM format: {error}"
        ) from error
    return context


def client_tls(ca_file: Path | None = None) -> ssl.SSLContext:
    """For a charger: the server has to prove its name, by the system's root certificates or those in `ca_file` alone."""
    if ca_file is not None:
        _readable(ca_file)
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError as error:
        raise ChargerctlError(f"{ca_file} has no certificates in PEM format: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _readable(file: Path) -> None:
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise InputError(
            f"cannot read {file}, which is named for TLS: {error.strerror}; correct the option or setting that names it"
        ) from error
