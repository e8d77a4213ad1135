# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes what comes from chargers fit for a database: a valid payload may hold numbers of any size and characters that
PostgreSQL refuses. The whole payload, exact, goes into JSON in ASCII, where both can be written."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

_MOST = 1 << 63
# NUL, which ends PostgreSQL's texts, and halves of surrogate pairs, which UTF-8 has no bytes for.
_REPLACED = {0: "\u2400"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def text(value: object) -> str:
    """The string, with a sign in place of each character that cannot be stored."""
    found = str(value)
    return found if found.isascii() and "\0" not in found else found.translate(_REPLACED)


def number(value: object) -> int | None:
    """A whole number of 64 bits; None for any other."""
    if isinstance(value, (float, Decimal)):
        try:
            value = int(value) if value == int(value) else None
        except (ValueError, OverflowError):  # NaN and infinity
            return None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -_MOST <= value < _MOST else None


def exact(payload: Any) -> str:
    """The payload as JSON in ASCII, its keys sorted: the same payload gives the same text."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), default=str)


def digest(*parts: object) -> bytes:
    """16 bytes that are the same for the same parts only."""
    return hashlib.blake2b(repr(parts).encode("ascii", "backslashreplace"), digest_size=16).digest()
