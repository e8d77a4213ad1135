# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What happened, and when: the events of the simulation."""

from __future__ import annotations

from collections.abc import Callable, Container

from chargerctl.simulator.machine.clock import Clock

Event = dict[str, object]
Listener = Callable[[Event], object]


class Events:
    """Passes each event at once to viewers, who only show it, and to listeners, who act on it; in the order in which they
    were added."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._viewers: list[Listener] = []
        self._listeners: list[tuple[Listener, Container[object] | None]] = []
        self._held: list[Event] | None = None  # for viewers, while an act is under way

    def show_to(self, viewer: Listener) -> None:
        """Call `viewer(event)` for every event, before all listeners. A viewer changes nothing."""
        self._viewers.append(viewer)

    def listen(self, listener: Listener, kinds: Container[object] | None = None) -> None:
        """Call `listener(event)` for events of these `kinds`; None: for all."""
        self._listeners.append((listener, kinds))

    def wanted(self, kind: str) -> bool:
        """Whether there is a listener for this kind: an event that is costly to describe is left out without one."""
        return bool(self._viewers) or any(kinds is None or kind in kinds for _, kinds in self._listeners)

    def emit(self, kind: str, **values: object) -> None:
        """`t`, in seconds of board time since the first power-on, to the microsecond, and `kind` come first."""
        event = self._event(kind, values)
        if self._held is None:
            self._show(event)
        else:
            self._held.append(event)
        self._tell(event)

    def emit_once_done(self, act: Callable[[], object], kind: str, **values: object) -> None:
        """Call `act()`, then emit this event, which viewers get before those that the act has led to. What `act()` raises
        is raised, and there is no such event."""
        event = self._event(kind, values)
        held: list[Event] = []
        self._held = held
        try:
            act()
            held.insert(0, event)
        finally:
            self._held = None
            for each in held:
                self._show(each)
        self._tell(event)

    def _event(self, kind: str, values: dict[str, object]) -> Event:
        return {"t": self._clock.now_us / 1_000_000, "kind": kind, **values}

    def _show(self, event: Event) -> None:
        for viewer in self._viewers:
            viewer(event)

    def _tell(self, event: Event) -> None:
        for listener, kinds in self._listeners:
            if kinds is None or event["kind"] in kinds:
                listener(event)
