# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a charger goes from one bridge to the next, so that no frame of it is lost and none passes twice.

The one that hands over closes its WebSocket at a moment when no call waits for its answer, and leaves the ids of the calls
that it has passed. The next one has heard those calls, too, for the broker sends them to every bridge: it passes the last
one if it is none of them, and what it hears from then on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

# As a charger spells the beginning of a call; it is parsed only if it is needed.
_CALL = re.compile(rb"\s*\[\s*2\s*,")
# Longer than any bridge needs to be followed by another one, shorter than a charger waits for an answer.
_LASTS_S = 15.0
_LONGEST = 4096


@dataclass(frozen=True)
class Handover:
    """passed: ids of the charger's last calls that have passed; last: the last call that was heard of it, if any: it may
    have come when the other WebSocket was closed already."""

    passed: Sequence[str] = ()
    last: bytes | None = None


class LastCalls:
    """Of chargers that others hold, one of each: it has one call outstanding (J 4.1.1). now: seconds."""

    def __init__(self) -> None:
        self._calls: dict[str, tuple[float, bytes]] = {}

    def heard(self, serial: str, payload: bytes, now: float) -> None:
        if len(payload) <= _LONGEST and _CALL.match(payload):
            self._calls[serial] = now, payload

    def take(self, serial: str, now: float) -> bytes | None:
        """The last one, unless it is old; it is given once."""
        at, payload = self._calls.pop(serial, (float("-inf"), None))
        return payload if now - at < _LASTS_S else None


def note(passed: Sequence[str]) -> str:
    """These ids as a text that a database can keep."""
    return json.dumps(passed, separators=(",", ":"))


def of_note(text: str) -> list[str] | None:
    """The ids of a note; None: it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_note = isinstance(found, list) and all(isinstance(each, str) for each in found)
    return found if is_note else None
