# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""After calm the central system asks for the configuration, and takes back what would keep the next customer waiting."""

from __future__ import annotations

from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.events import Event

_AGAIN_S = 7.0
# (asked for in the episode, asked for now, with)
_STEPS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("ChangeConfiguration", "GetConfiguration", {}),
    ("ChangeAvailability", "ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
)


class Restoring:
    """Each step again and again until it is answered: a connection that died in silence, or a reset, may swallow it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._steps = [step[1:] for step in _STEPS if step[0] in scene.asked]
        self._ids: set[str] = set()
        scene.listen(self._on_event)
        self._ask()

    @property
    def done(self) -> bool:
        return not self._steps

    def _ask(self) -> None:
        if self._steps:
            action, payload = self._steps[0]
            self._ids.add(self._scene.ask(action, payload))
            self._scene.later(_AGAIN_S, self._ask)

    def _on_event(self, event: Event) -> None:
        match event:
            case {"kind": "frame", "dir": "out", "frame": [3, str(call_id), *_]} if call_id in self._ids:
                self._ids.clear()
                self._steps.pop(0)
