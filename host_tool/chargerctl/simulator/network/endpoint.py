# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Connects a central system to MQTT and to a clock, for one charger. Call it from one thread only."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.central.conversation.conversation import Conversation

Publish = Callable[[str, bytes], None]


class Endpoint:
    """The charger publishes on `topic`: call received() for each message. It subscribes to `topic_to_charger`.
    `publish(topic, payload)` sends. `unix()` is UTC in seconds; `call_in(us, call)` calls `call` in `us` microseconds."""

    def __init__(
        self,
        central: Conversation,
        topic: str,
        topic_to_charger: str,
        publish: Publish,
        call_in: Callable[[int, Callable[[], object]], object],
        unix: Callable[[], float],
    ) -> None:
        self.central = central
        self.topic = topic
        self._to_charger = topic_to_charger
        self._publish = publish
        self._call_in = call_in
        self._unix = unix

    def received(self, topic: str, payload: bytes) -> None:
        """Handle a message from the broker."""
        if topic == self.topic:
            for frame in self.central.handle(payload, self._unix()):
                self._publish(self._to_charger, frame.encode())
            self._schedule()

    def to_charger(self, payload: str | bytes) -> None:
        """Send a frame, or any other payload, to the charger unchanged."""
        data = payload.encode() if isinstance(payload, str) else payload
        self.central.sent(data.decode("utf-8", "replace"))
        self._publish(self._to_charger, data)

    def retain(self, payload: str | bytes, keep: Publish) -> None:
        """Have the broker keep a frame for the charger: `keep(topic, payload)` does."""
        data = payload.encode() if isinstance(payload, str) else payload
        self.central.sent(data.decode("utf-8", "replace"))
        keep(self._to_charger, data)

    def say(self, state: str, keep: Publish) -> None:
        """Say `online` or `offline` on the charger's connection topic, or "": remove what was said. `keep` publishes a
        retained message."""
        keep(f"{self._to_charger}/connection", state.encode())

    def _schedule(self) -> None:
        due = self.central.next_due
        if due is not None:
            self._call_in(max(0, round((due - self._unix()) * 1_000_000)) + 1, self._send_late)

    def _send_late(self) -> None:
        for frame in self.central.due(self._unix()):
            self._publish(self._to_charger, frame.encode())
        self._schedule()
