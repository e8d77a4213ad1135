# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When an authorisation began, as far as it can be observed: by frames on the link and cards at the reader."""

from __future__ import annotations

from chargerctl.simulator.chaos.at_the_central import RETAINED_ID
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.events import Event

_SLACK_S = 0.3
# How much younger an authorisation may be than what was observed of it. Offline a card may be on the reader while a slow
# connect blocks the program.
AGE_SLACK_S = 0.5
AGE_SLACK_OFFLINE_S = 4.0


class Grants:
    """`stop_sent_s`: when the last StopTransaction was sent."""

    def __init__(self, scene: Scene) -> None:
        self._latest_s: float | None = None
        self._scene = scene
        self.stop_sent_s = -1.0
        self._offline = bool(scene.values.ocpp.offline_authorization)
        self.age_slack_s = AGE_SLACK_OFFLINE_S if self._offline else AGE_SLACK_S
        self._stale_s = float(scene.values.safety.stale_authorization_seconds)
        # Bounded, so that the relay can still close for an authorisation that the charger decides itself.
        self._authorize_timeout_s = min(float(scene.values.ocpp.authorize_timeout), self._stale_s - 1)
        self._asked: dict[str, float] = {}
        self._started: set[str] = set()
        self._seen: set[str] = set()
        scene.listen(self._on_event)

    @property
    def latest_s(self) -> float | None:
        """When the last authorisation came that a relay may close by; None after a reset."""
        if not self._offline:
            return self._latest_s
        if self._scene.world.card is not None:
            return self._scene.now_s
        # Offline means that nobody answers: an Authorize that timed out is decided by the charger.
        decided = (asked_s + self._authorize_timeout_s for asked_s in self._asked.values())
        times = [self._latest_s, *(at_s for at_s in decided if at_s <= self._scene.now_s)]
        return max((at_s for at_s in times if at_s is not None), default=None)

    def _on_event(self, event: Event) -> None:
        kind, now_s = event["kind"], float(str(event["t"]))
        if kind == "reset":
            self._latest_s = None
            self._asked.clear()
            self._seen.clear()
        elif kind == "card" and self._offline:
            # Also when it is taken away: a program that starts meanwhile finds it there.
            self._latest_s = now_s
        elif kind == "frame" and event["dir"] == "out":
            self._sent(event["frame"], now_s)
        elif kind == "frame":
            self._received(event["frame"], now_s)

    def _sent(self, frame: object, now_s: float) -> None:
        match frame:
            case [2, str(call_id), "Authorize", {"idTag": str()}]:
                self._asked[call_id] = now_s
            case [2, str(), "StopTransaction", _]:
                self.stop_sent_s = now_s

    def _received(self, frame: object, now_s: float) -> None:
        match frame:
            case [3 | 4, str(call_id), answer, *_]:
                asked_s = self._asked.pop(call_id, None)
                accepted = isinstance(answer, dict) and _accepted(answer.get("idTagInfo"))
                if accepted and asked_s is not None and now_s - asked_s <= self._stale_s + _SLACK_S:
                    self._latest_s = now_s
            case [2, str(call_id), "RemoteStartTransaction", {"idTag": str()}]:
                if not call_id.startswith(RETAINED_ID) and call_id not in self._seen:
                    self._seen.add(call_id)
                    self._latest_s = now_s


def _accepted(info: object) -> bool:
    return isinstance(info, dict) and info.get("status") == "Accepted"
