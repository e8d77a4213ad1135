# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What happened, and when: the events of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Container

from chargerctl.simulator.machine.clock import Clock

Event = dict[str, object]
Listener = Callable[[Event], object]


class Events:
    """Passes each event to its listeners at once, in the order in which they were added."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[tuple[Listener, Container[object] | None]] = []

    def listen(self, listener: Listener, kinds: Container[object] | None = None) -> None:
        """Call `listener(event)` for events of these `kinds`; None: for all."""
        self._listeners.append((listener, kinds))

    def wanted(self, kind: str) -> bool:
        """Whether there is a listener for this kind: an event that is costly to describe is left out without one."""
        return any(kinds is None or kind in kinds for _, kinds in self._listeners)

    def emit(self, kind: str, **values: object) -> None:
        """`t`, in seconds of board time since the first power-on, to the microsecond, and `kind` come first."""
        event: Event = {"t": self._clock.now_us / 1_000_000, "kind": kind, **values}
        for listener, kinds in self._listeners:
            if kinds is None or kind in kinds:
                listener(event)
