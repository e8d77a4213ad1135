# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When an authorisation began, as far as it can be observed: by frames on the link and cards at the reader.

Without an answer the charger may decide about every card where [ocpp] offline_authorization allows it, else about those that
were accepted before.
"""

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
        # Cards that the central system has accepted: the charger may remember them, also over a reset, and decide itself.
        self._accepted: set[str] = set()
        # The latest was decided without an answer.
        self._here = False
        self._stale_s = float(scene.values.safety.stale_authorization_seconds)
        # Bounded, so that the relay can still close for an authorisation that the charger decides itself.
        self._authorize_timeout_s = min(float(scene.values.ocpp.authorize_timeout), self._stale_s - 1)
        # By the id of each call that an idTagInfo answers: when it was sent, and its idTag.
        self._asked: dict[str, tuple[float, str]] = {}
        self._named: dict[str, str] = {}
        # The last on the reader.
        self._card: str | None = None
        self._started: set[str] = set()
        self._seen: set[tuple[str, str]] = set()
        # The last transaction of which the central system was told, and accepted the start, and was told of no stop.
        self.accepted_runs = False
        scene.listen(self._on_event)

    @property
    def latest_s(self) -> float | None:
        """When the last authorisation came that a relay may close by; None after a reset."""
        if self._decides(self._scene.world.card):
            return self._scene.now_s
        # Offline means that nobody answers: an Authorize that timed out is decided by the charger.
        decided = (
            at_s + self._authorize_timeout_s for at_s, tag in self._asked.values() if self._decides(tag)
        )
        times = [self._latest_s, *(at_s for at_s in decided if at_s <= self._scene.now_s)]
        return max((at_s for at_s in times if at_s is not None), default=None)

    @property
    def age_slack_s(self) -> float:
        return AGE_SLACK_OFFLINE_S if self._offline or self._here else AGE_SLACK_S

    def _decides(self, tag: str | None) -> bool:
        return tag is not None and (self._offline or tag.upper() in self._accepted)

    def _on_event(self, event: Event) -> None:
        kind, now_s = event["kind"], float(str(event["t"]))
        if kind == "reset":
            self._latest_s = None
            self._asked.clear()
            self._seen.clear()
        elif kind == "card":
            # Also when it is taken away: a program that starts meanwhile finds it there.
            uid = event["uid"]
            card = self._card if uid is None else str(uid)
            self._card = card
            if self._decides(card):
                self._latest_s = now_s
                self._here = True
        elif kind == "frame" and event["dir"] == "out":
            self._sent(event["frame"], now_s)
        elif kind == "frame":
            self._received(event["frame"], now_s)

    def _sent(self, frame: object, now_s: float) -> None:
        match frame:
            case [2, str(call_id), "Authorize", {"idTag": str(tag)}]:
                self._asked[call_id] = now_s, tag
            case [2, str(call_id), "StartTransaction", {"idTag": str(tag)}]:
                self._named[call_id] = tag
                self.accepted_runs = False
            case [2, str(), "StopTransaction", _]:
                self.stop_sent_s = now_s
                self.accepted_runs = False

    def _received(self, frame: object, now_s: float) -> None:
        match frame:
            case [3 | 4, str(call_id), answer, *_]:
                asked = self._asked.pop(call_id, None)
                tag = self._named.get(call_id) if asked is None else asked[1]
                accepted = isinstance(answer, dict) and _accepted(answer.get("idTagInfo"))
                self.accepted_runs = self.accepted_runs or (accepted and call_id in self._named)
                if accepted and tag is not None:
                    self._accepted.add(tag.upper())
                if accepted and asked is not None and now_s - asked[0] <= self._stale_s + _SLACK_S:
                    self._latest_s = now_s
                    self._here = False
            case [2, str(), "ChangeConfiguration", {"key": str(key), "value": "true"}]:
                # From now on, for all that can be seen from here.
                self._offline = self._offline or key == "AllowOfflineTxForUnknownId"
            case [2, str(call_id), "RemoteStartTransaction", {"idTag": str(tag)}]:
                # An id may be used again for another call.
                if not call_id.startswith(RETAINED_ID) and (call_id, tag) not in self._seen:
                    self._seen.add((call_id, tag))
                    self._latest_s = now_s
                    self._here = False


def _accepted(info: object) -> bool:
    return isinstance(info, dict) and info.get("status") == "Accepted"
