# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Passwords of chargers as the books keep them: hashed in mosquitto's format, `$7$iterations$salt$hash` (PBKDF2 with
SHA-512, salt and hash in base64). The broker's password file is written from the same hashes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

ITERATIONS = 10_000
"""About 10 ms. mosquitto computes it on its only thread each time a charger connects, so more would stall all others when
they come back after a power cut. That is enough for generated passwords, which are advised."""

_KEY = "authorizationkey"
_MAX_ITERATIONS = 10_000_000
_SALT_BYTES = 12
_HASH_BYTES = 64


def is_password(key: str) -> bool:
    """Whether the value of this configuration key is the charger's password (OCPP-J 6.2.2; security white paper, A00)."""
    return key.lower() == _KEY


def hash_password(password: bytes, iterations: int = ITERATIONS) -> str:
    """The password with a new salt."""
    salt = os.urandom(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password, salt, iterations, _HASH_BYTES)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_matches(stored: str, password: bytes) -> bool:
    """In constant time for passwords of one kind. False for a text in `stored` that is not in the format.

    An AuthorizationKey is written as 32 to 40 hexadecimal digits (OCPP 1.6-J errata 3.10): where its digits are stored,
    a charger that sends the bytes which they stand for has the right password.
    """
    try:
        empty, kind, iterations, salt, digest = stored.split("$")
        rounds, raw_salt, wanted = int(iterations), base64.b64decode(salt), base64.b64decode(digest)
    except (ValueError, binascii.Error):
        return False
    if empty or kind != "7" or not 0 < rounds <= _MAX_ITERATIONS or not wanted:
        return False
    found = [
        hmac.compare_digest(hashlib.pbkdf2_hmac("sha512", each, raw_salt, rounds, len(wanted)), wanted)
        for each in _spellings(password)
    ]
    return any(found)


def _spellings(password: bytes) -> list[bytes]:
    """What the password may be stored as. Text is stored as it is."""
    if 16 <= len(password) <= 20 and not (password.isascii() and password.decode("ascii").isprintable()):
        digits = password.hex().encode()
        return [password, digits, digits.upper()]
    return [password]
