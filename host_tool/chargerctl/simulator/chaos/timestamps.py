# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The invariant of the time: no frame of the charger is stamped with a time in the future.

A time server that is not synchronised, answers another request, or sends a time that the board cannot hold is months ahead
here, so a charger that accepts it is found. A plausible wrong time cannot be recognised: after it nothing is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chargerctl.central.messages.schemas import parse_time
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.events import Event

# Whole seconds, and what the network takes.
_SLACK_S = 5.0


class TimeJudge:
    def __init__(self, scene: Scene, violated: Callable[[str], object]) -> None:
        self._scene = scene
        self._violated = violated
        self._judges = True
        scene.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        if event["kind"] == "chaos" and str(event["text"]).startswith("clock_set"):
            self._judges = False
        elif event["kind"] == "frame" and event["dir"] == "out" and self._judges:
            for text in _stamps(event["frame"]):
                if _is_to_come(text, self._scene.network.time.unix() + _SLACK_S):
                    self._violated(f"a frame has the timestamp {text}, which is in the future")


def _is_to_come(text: str, unix: float) -> bool:
    try:
        moment = parse_time(text)
    except ValueError:
        # Not OCPP: reported by the central system.
        return False
    return moment is not None and moment.timestamp() > unix


def _stamps(value: Any) -> Iterator[str]:
    """Every "timestamp" in a frame."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "timestamp" and isinstance(inner, str):
                yield inner
            else:
                yield from _stamps(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _stamps(inner)
