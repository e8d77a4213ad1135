# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The calls that went to a charger, by their ids: what its answers answer, and what it was told to send."""

from __future__ import annotations

from typing import Any, NamedTuple

from chargerctl.central.conversation.asking import frame_of
from chargerctl.central.conversation.kept import Memory
from chargerctl.central.messages.schemas import CALL

_TRIGGERS = ("TriggerMessage", "ExtendedTriggerMessage")
# As many as there are messages to trigger, and more.
_MOST_TRIGGERED = 64


class Called(NamedTuple):
    """A call that was sent."""

    action: str
    payload: Any


class OurCalls:
    """`prefix` begins their ids, a number follows."""

    def __init__(self, prefix: str, remembered: int) -> None:
        self._prefix = prefix
        self._count = 0
        self._called: Memory[Called] = Memory(remembered)
        self._triggered: Memory[bool] = Memory(_MOST_TRIGGERED)

    def new(self, action: str, payload: Any) -> tuple[str, str]:
        """A call: its id, which was never used before, and its frame."""
        self._count += 1
        call_id = f"{self._prefix}-{self._count}"
        self.sent(call_id, action, payload)
        return call_id, frame_of([CALL, call_id, action, payload])

    def sent(self, call_id: str, action: str, payload: Any) -> None:
        """A call that somebody else made."""
        self._called.remember(call_id, Called(action, payload))
        if action in _TRIGGERS and isinstance(payload, dict):
            self._triggered.remember(str(payload.get("requestedMessage"))[:50], True)

    def get(self, call_id: str) -> Called | None:
        return self._called.get(call_id)

    def has_triggered(self, action: str) -> bool:
        """Whether the charger was ever told to send this."""
        return self._triggered.get(action) is True
