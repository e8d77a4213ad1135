# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns what is heard of a charger into the events that scripts wait for, by the virtual board's names."""

from __future__ import annotations

import json

from chargerctl.fleet.charger.charger import Charger
from chargerctl.simulator.machine.events import Events


class ToEvents:
    """A Heard (charger.py) of one charger. frames: also what the charger sends and gets; False where its network reports
    what has crossed it (network/memory.py)."""

    def __init__(self, events: Events, frames: bool = True) -> None:
        self._events = events
        self._frames = frames

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        if self._frames:
            self._events.emit("frame", dir="out" if out else "in", frame=_parsed(text))

    def log(self, charger: Charger, tag: str, text: str) -> None:
        # As the board's console writes it.
        self._events.emit("console", text=f"{tag:<6} {text}")

    def changed(self, charger: Charger, part: str) -> None:
        match part:
            case "relay":
                self._events.emit("relay", closed=charger.relay.closed)
            case "contact":
                self._events.emit("contact", closed=charger.relay.contactor_closed)
            case "lock":
                self._events.emit("lock", engaged=charger.lock.engaged)
            case "reset":
                self._events.emit("reset")

    def late(self, charger: Charger, us: int) -> None:
        pass


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
