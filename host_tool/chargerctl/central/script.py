# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a central system is told to behave otherwise than usual, call by call."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Behaviour:
    """What becomes of one call's answer. The defaults are the usual: the normal answer, at once, once."""

    payload: Any = None
    """Answer with this instead, as it is."""

    error: str = ""
    """Answer with a CALLERROR of this code instead."""

    raw: str = ""
    """Send this text instead of a frame."""

    silent: bool = False
    delay_s: float = 0.0
    copies: int = 1


USUAL = Behaviour()

ANY = "*"
"""In place of an action: every action that has no behaviour of its own."""


class Script:
    """Behaviours queued per action. Those with a count come first, in order; then the one for always."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}

    def add(self, action: str, behaviour: Behaviour, count: int | None) -> None:
        """Queue `behaviour` for the next `count` calls of `action`; None: for all, in place of the one before."""
        if count is None:
            self._always[action] = behaviour
        else:
            self._queues.setdefault(action, deque()).extend([behaviour] * count)

    def clear(self) -> None:
        """Back to the usual for every action."""
        self._queues.clear()
        self._always.clear()

    def next(self, action: str) -> Behaviour:
        """What to do with a call of `action` that has just come."""
        for name in (action, ANY):
            if self._queues.get(name):
                return self._queues[name].popleft()
            if name in self._always:
                return self._always[name]
        return USUAL
