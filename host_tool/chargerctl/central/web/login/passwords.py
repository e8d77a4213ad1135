# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Passwords of accounts: what they may be, and their Argon2 hashes (RFC 9106)."""

from __future__ import annotations

import base64
import secrets
import unicodedata

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from chargerctl.errors import InputError

# The second choice of RFC 9106, 4: 64 MiB and three passes, for computers that have less than 2 GiB to spare.
PARAMETERS = argon2.profiles.RFC_9106_LOW_MEMORY

SHORTEST = 8
LONGEST_BYTES = 1024


def checked(text: str) -> str:
    """InputError, without the password in it, where it cannot be one."""
    if len(text) < SHORTEST:
        raise InputError(f"a password has at least {SHORTEST} characters, not {len(text)}: take some words")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise InputError("the password is not UTF-8: type it, or save its file as UTF-8") from None
    if size > LONGEST_BYTES:
        raise InputError(f"a password has at most {LONGEST_BYTES} bytes, not {size}")
    if not text.isprintable():
        raise InputError("the password has a character that nobody can type, such as a tab")
    return text


class Passwords:
    """Each hash takes 64 MiB and a tenth of a second or more: never on an event loop, never many at once."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher.from_parameters(PARAMETERS)
        self._nobody = _nobody(PARAMETERS)

    def hash(self, text: str) -> str:
        """With a new salt."""
        return self._hasher.hash(_bytes(text))

    def matches(self, kept: str | None, text: str) -> bool:
        """kept: None for an account that does not exist; it takes as long. False for a text that is no hash."""
        if len(text) > LONGEST_BYTES:
            return False
        try:
            return self._hasher.verify(kept or self._nobody, _bytes(text)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, kept: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def _bytes(text: str) -> bytes:
    """However a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", text).encode("utf-8", "surrogatepass")


def _nobody(parameters: argon2.Parameters) -> str:
    """A hash that no password has, made without the work."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in (parameters.salt_len, parameters.hash_len)
    )
    cost = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${cost}${salt}${digest}"
