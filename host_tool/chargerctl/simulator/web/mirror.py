# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the events of a simulation add up to, for viewers who come in the middle: states, last console lines and frames."""

from __future__ import annotations

import json
import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from chargerctl.simulator.web.recording import Recording
from chargerctl.simulator.web.switches import switched
from chargerctl.visible import visible

Event = Mapping[str, Any]
Put = Callable[[Event], object]

# The last event of each of these is a state.
_STATES = ("board", "power", "relay", "contact", "lock", "led", "cable", "card", "display", "serial")
_CONSOLE = ("console", "script", "hand", "expect", "note", "power", "reset", "serial")
_KEPT_LINES = 400
_KEPT_FRAMES = 150
_LONGEST = 16_000  # characters of an event that is shown


class Mirror:
    """`take` gets each event, on one thread; everything else may be called on any."""

    def __init__(self) -> None:
        self._recording = Recording()
        self._run = secrets.token_hex(8)
        self._changed = threading.Condition()
        self._taken = 0
        self._states: dict[str, Event] = {}
        self._switches: dict[str, str] = {}
        self._console: deque[Event] = deque(maxlen=_KEPT_LINES)
        self._frames: deque[Event] = deque(maxlen=_KEPT_FRAMES)
        self._ended: Event | None = None
        self._followers: list[Put] = []

    def take(self, event: Event) -> None:
        """The next event of the simulation, as --json prints it; for viewers it has its number `n`, and one
        of a line says what that has switched."""
        shown = _shown(event)
        kind = event["kind"]
        with self._changed:
            self._recording.take(event)
            self._taken += 1
            shown["n"] = self._taken
            if kind in _STATES:
                self._states[kind] = shown
            if kind in _CONSOLE:
                self._console.append(shown)
            if kind == "frame":
                self._frames.append(shown)
            if kind in ("hand", "script") and "error" not in event:
                shown["switches"] = switched(event["text"])
                self._switches |= shown["switches"]
            self._pass_on(shown)

    def end(self, status: int, why: str) -> None:
        """The simulation is over: with which exit status of the command, and why, or ""."""
        with self._changed:
            self._ended = {
                "kind": "ended",
                "status": status,
                "why": visible(why),
                "script": self._recording.script(),
            }
            self._pass_on(self._ended)

    def script(self) -> str:
        """What was played so far, as a script."""
        with self._changed:
            return self._recording.script()

    def present(self) -> Event:
        """Everything that a viewer needs who comes now; `run` is another one after the command was started again."""
        with self._changed:
            return {
                "run": self._run,
                "n": self._taken,
                "states": list(self._states.values()),
                "switches": dict(self._switches),
                "console": list(self._console),
                "frames": list(self._frames),
                "recorded": len(self._recording),
                "ended": self._ended,
            }

    def follow(self, put: Put) -> tuple[Event, Callable[[], None]]:
        """The present, and what ends it: from then on `put` gets each event as it is shown, and must not wait."""
        with self._changed:
            self._followers.append(put)
            return self.present(), lambda: self._leave(put)

    def wait_until_left(self, timeout_s: float) -> None:
        """Wait until nobody follows any more."""
        with self._changed:
            self._changed.wait_for(lambda: not self._followers, timeout_s)

    def _leave(self, put: Put) -> None:
        with self._changed:
            self._followers.remove(put)
            self._changed.notify_all()

    def _pass_on(self, shown: Event) -> None:
        for put in self._followers:
            put(shown)


def _shown(event: Event) -> dict[str, Any]:
    """The event as a page may show it: of bounded length, and what hides or reorders text is visible."""
    shown = {key: _visible(value) for key, value in event.items()}
    for key, value in shown.items():
        text = value if isinstance(value, str) else ""
        if not text and len(as_json := json.dumps(value, ensure_ascii=False)) > _LONGEST:
            text = as_json
        if len(text) > _LONGEST:
            shown[key] = f"{text[:_LONGEST]}… ({len(text)} characters)"
    return shown


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): _visible(each) for key, each in value.items()}
    return [_visible(each) for each in value] if isinstance(value, list) else value
