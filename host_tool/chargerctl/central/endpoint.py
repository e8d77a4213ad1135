# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Joins a central system to MQTT and to a clock, for one charger. Called from one thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chargerctl.central.system import CentralSystem

Publish = Callable[[str, bytes], None]


class Scheduler(Protocol):
    """What is needed of a clock."""

    def call_in(self, us: int, call: Callable[[], object]) -> object:
        """Call `call` in `us` microseconds."""


class Endpoint:
    """`publish(topic, payload)` sends; what arrives on `topics` is given to received(). `unix()` is UTC."""

    def __init__(
        self,
        central: CentralSystem,
        serial: str,
        publish: Publish,
        scheduler: Scheduler,
        unix: Callable[[], float],
    ) -> None:
        self.central = central
        # What the charger's retained connection topic says; None before it has said anything.
        self.online: bool | None = None
        self._from_charger = f"/charger/{serial}"
        self._connection = f"/charger/{serial}/connection"
        self._to_charger = f"/system/{serial}"
        self._publish = publish
        self._scheduler = scheduler
        self._unix = unix

    @property
    def topics(self) -> tuple[str, str]:
        """What to subscribe to."""
        return self._from_charger, self._connection

    def received(self, topic: str, payload: bytes) -> None:
        """A message came from the broker."""
        if topic == self._connection:
            self.online = payload == b"online"
        elif topic == self._from_charger:
            for frame in self.central.handle(payload, self._unix()):
                self._publish(self._to_charger, frame.encode())
            self._schedule()

    def to_charger(self, payload: str | bytes) -> None:
        """Send a frame, or anything else, to the charger as it is."""
        if isinstance(payload, str):
            self.central.sent(payload)
            payload = payload.encode()
        else:
            self.central.sent(payload.decode("utf-8", "replace"))
        self._publish(self._to_charger, payload)

    def _schedule(self) -> None:
        due = self.central.next_due
        if due is not None:
            self._scheduler.call_in(max(0, round((due - self._unix()) * 1_000_000)) + 1, self._send_late)

    def _send_late(self) -> None:
        for frame in self.central.due(self._unix()):
            self._publish(self._to_charger, frame.encode())
        self._schedule()
