# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Takes secrets out of what the books keep: keys that a charger is given, and passwords in addresses of files."""

from __future__ import annotations

import json
import re
from typing import Any

MASK = "***"
# The password of a charger for OCPP-J (security white paper, 2.2), and what other chargers call theirs.
_SECRET = re.compile(r"authorizationkey|password|passphrase|secret", re.IGNORECASE)
_VALUE = re.compile(r'("value"\s*:\s*")(?:[^"\\]|\\.)*')
# From the first colon to the last @ of what may be a host. No part of a frame is looked at twice: a charger may send 256 KB
# that are made to be looked at again and again. JSON may spell `/` as `\/`, and a letter as `\u00e4`.
_IN_ADDRESS = re.compile(r'(:\\?/\\?/[^/:\s"\\]*:)[^/\s"\\]*(?:\\u[0-9a-fA-F]{4}[^/\s"\\]*)*@')


def masked(frame: str) -> str:
    """The frame without the values of secret configuration keys, and without passwords in addresses."""
    if "@" in frame:
        frame = _IN_ADDRESS.sub(rf"\1{MASK}@", frame)
    # The word itself may be written with escapes.
    if '"key"' not in frame and "\\u" not in frame:
        return frame
    try:
        message = json.loads(frame)
        if _mask(message):
            return json.dumps(message, separators=(",", ":"))
    except (ValueError, RecursionError):
        # Nobody carried it out; but it may have been meant so.
        found = _SECRET.search(frame)
        # A value may come before its key.
        return _VALUE.sub(rf"\1{MASK}", frame[: found.end()]) + MASK if found else frame
    return frame


def masked_payload(payload: Any) -> Any:
    """Likewise for the payload of a call; it may be changed."""
    return json.loads(masked(json.dumps(payload)))


def is_secret(key: object) -> bool:
    """Whether a configuration key of this name holds a secret."""
    return isinstance(key, str) and _SECRET.search(key) is not None


def holds_secret(value: Any) -> bool:
    """Whether masked() would take the value of a configuration key out of this payload."""
    if isinstance(value, list):
        return any(map(holds_secret, value))
    if not isinstance(value, dict):
        return False
    return _is_secret_pair(value) or any(map(holds_secret, value.values()))


def without_secret_of(call: Any, text: str) -> str:
    """What a charger says to this call of ours, without the secret that the call gave to it."""
    secret = call.get("value") if isinstance(call, dict) and _is_secret_pair(call) else None
    return text.replace(secret, MASK) if isinstance(secret, str) and secret else text


def _is_secret_pair(value: dict[str, Any]) -> bool:
    return is_secret(value.get("key")) and value.get("value") not in (None, MASK)


def _mask(value: Any) -> bool:
    """Put the mask in place of secrets; whether there was one."""
    if isinstance(value, list):
        return sum(map(_mask, value)) > 0  # all of them, not only the first
    if not isinstance(value, dict):
        return False
    found = sum(map(_mask, value.values())) > 0
    if _is_secret_pair(value):
        value["value"] = MASK
        found = True
    return found
