# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Recognises a browser in which an account has logged in before, so that nobody can lock its owner out by guessing.

The cookie is a name that was made up, and what only this password's hash makes of it: it ends with the password. It lets
nobody in; the tries of its browser are counted for themselves, that is all.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets


def mark(password_hash: str) -> str:
    """The cookie for a browser that has just logged in with the password of this hash."""
    name = secrets.token_urlsafe(16)
    return f"{name}.{_proof(name, password_hash)}"


def recognised(cookie: str, password_hash: str) -> str:
    """The browser's name; "" where the account of this hash has not logged in there."""
    name, _, proof = cookie.partition(".")
    right = hmac.compare_digest(_proof(name, password_hash).encode(), proof.encode("utf-8", "surrogatepass"))
    return name if right else ""


def _proof(name: str, password_hash: str) -> str:
    message = f"browser {name}".encode("utf-8", "surrogatepass")
    return hmac.new(password_hash.encode(), message, hashlib.sha256).hexdigest()
