# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes the central system answer calls differently from its default, call by call."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Behaviour:
    """How to answer one call. The defaults are the normal answer, immediately, once."""

    payload: Any = ...
    """Answer with this payload instead, unchanged, null too; `...` is the normal one."""

    changes: Mapping[str, Any] | None = None
    """Answer with the normal payload, but these of its fields."""

    error: str = ""
    """Answer with a CALLERROR of this code instead."""

    raw: str = ""
    """Send this text instead of a frame."""

    silent: bool = False
    delay_s: float = 0.0
    copies: int = 1


USUAL = Behaviour()

ANY = "*"
"""As an action: every action without a behaviour of its own."""


class Script:
    """Behaviours per action. Those with a count are used first, in their order; then the one without."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}

    def add(self, action: str, behaviour: Behaviour, count: int | None = 1) -> None:
        """Use `behaviour` for the next `count` calls of `action`; None: for all later ones, replacing an earlier None."""
        if count is None:
            self._always[action] = behaviour
        else:
            self._queues.setdefault(action, deque()).extend([behaviour] * count)

    def clear(self) -> None:
        """Back to the default for every action."""
        self._queues.clear()
        self._always.clear()

    def next(self, action: str) -> Behaviour:
        """The behaviour for the call of `action` that was just received."""
        for name in (action, ANY):
            if self._queues.get(name):
                return self._queues[name].popleft()
            if name in self._always:
                return self._always[name]
        return USUAL
