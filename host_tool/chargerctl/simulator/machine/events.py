# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What happened, and when: the events of the simulation, for whoever listens."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock

Event = dict[str, object]
Listener = Callable[[Event], object]


class Events:
    """Hands every event to every listener at once, in the order in which they listened."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def emit(self, kind: str, **values: object) -> None:
        """`t`, in seconds of board time since the first power-on, to the microsecond, and `kind` come first."""
        event: Event = {"t": self._clock.now_us / 1_000_000, "kind": kind, **values}
        for listener in self._listeners:
            listener(event)
