# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The invariants of the conversation, judged by the frames on the link."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chargerctl.simulator.chaos.at_the_central import RETAINED_ID, RETAINED_TAG
from chargerctl.simulator.chaos.scene import REMOTE_TAG, Scene
from chargerctl.simulator.machine.events import Event

_MAX_FRAME = 2048
# A call that arrived over a connection that holds is answered within this.
_ANSWER_S = 20.0
# None of them keeps a card waiting for longer than authorize_timeout.
_GIVE_WAY = ("Authorize", "StatusNotification", "Heartbeat")
# TransactionMessageAttempts.
_ATTEMPTS = 3


_RECORDS = ("StartTransaction", "MeterValues", "StopTransaction")


@dataclass
class Boot:
    """What the charger sent between two resets, which have different prefixes of message ids."""

    starts: dict[str, dict[str, Any]] = field(default_factory=dict)
    stops: dict[str, dict[str, Any]] = field(default_factory=dict)
    # By transmission which start or stop it is, and by start and stop whether its answers said what they have to.
    sent: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[bool]] = field(default_factory=dict)
    # The last register told, and the last one told by a start or a stop, which outlasts a reset.
    register_wh: int = 0
    kept_wh: int = 0
    last: dict[int, tuple[str, int]] = field(default_factory=dict)
    info: str | None = None

    def settled(self, key: str) -> bool:
        """Delivered, or given up."""
        answers = self.answers.get(key, [])
        return any(answers) or len(answers) >= _ATTEMPTS


class TalkJudge:
    """`boots`: message id prefix -> Boot, in the order of their first call. The messages of a transaction keep their id over a
    reset: they belong to the start that sends them."""

    def __init__(self, scene: Scene, violated: Callable[[str], object]) -> None:
        self.boots: dict[str, Boot] = {}
        self._scene = scene
        self._violated = violated
        # Each call of the central system as it came last, with the connection that it came over.
        self._came: dict[str, tuple[str, int]] = {}
        self._tags_came: dict[str, set[int]] = {}
        self._asked: dict[str, tuple[float, int]] = {}
        self._answers: dict[str, str] = {}
        self._answered_s: dict[str, float] = {}
        self._resets_s: list[float] = []
        self._rejected = False
        # The id of the last call that went out, until it is answered.
        self.outstanding: str | None = None
        self._outstanding_action = ""
        # When the last frame arrived at the charger.
        self.received_s = -1.0
        # A StatusNotification of connector 1 was sent since the last reset.
        self.status_sent = False
        self._connections: list[float] = []
        # Nothing was sent yet over the present connection: what arrives while it is opened may be dropped.
        self._mute = True
        scene.listen(self._on_event)

    def _on_connect(self) -> None:
        self._connections.append(self._scene.now_s)
        self._mute = True
        # What was asked over the last connection is answered no more.
        self.outstanding = None

    @property
    def last_boot(self) -> Boot | None:
        return next(reversed(self.boots.values()), None)

    def _on_event(self, event: Event) -> None:
        if event["kind"] == "reset":
            self._resets_s.append(self._scene.now_s)
            self.status_sent = False
            for boot in self.boots.values():
                boot.register_wh = boot.kept_wh
                boot.last.clear()
        elif event["kind"] == "connect":
            self._on_connect()
        elif event["kind"] == "frame":
            frame = event["frame"]
            if event["dir"] == "out":
                self._sent(frame)
            else:
                self._received(frame)

    @property
    def blocked(self) -> bool:
        """A transaction message waits for its answer: a card may have to wait until it is given up."""
        return self.outstanding is not None and self._outstanding_action not in _GIVE_WAY

    # What the charger sends.

    def _sent(self, frame: object) -> None:
        self._mute = False
        text = json.dumps(frame, separators=(",", ":"))
        if len(text) > _MAX_FRAME:
            self._violated(f"sent a frame of {len(text)} characters")
        match frame:
            case [2, str(call_id), str(action), dict(payload)]:
                boot = self.last_boot if action in _RECORDS else None
                if boot is None:
                    boot = self.boots.setdefault(call_id.partition("-")[0], Boot())
                self._called(boot, call_id, action, payload)
            case [3 | 4, str(call_id), *_]:
                self._answered(call_id, text)

    def _called(self, boot: Boot, call_id: str, action: str, payload: dict[str, Any]) -> None:
        self.outstanding, self._outstanding_action = call_id, action
        key = json.dumps(payload, sort_keys=True)
        if action == "StatusNotification" and payload["connectorId"] == 0:
            if payload["status"] == "Available":
                boot.info = payload.get("info", boot.info)
        elif action == "StatusNotification":
            self.status_sent = True
        elif action == "StartTransaction":
            if payload["idTag"] == RETAINED_TAG:
                self._violated("obeyed a retained RemoteStartTransaction")
            if key not in boot.starts:
                self._check_new_start(boot, payload)
            boot.starts[key] = payload
            boot.sent[call_id] = key
            self._not_backwards(boot, payload["meterStart"])
            boot.kept_wh = payload["meterStart"]
        elif action == "MeterValues":
            self._metered(boot, payload)
        elif action == "StopTransaction":
            self._stopped(boot, key, payload)
            boot.sent[call_id] = key

    def _check_new_start(self, boot: Boot, payload: dict[str, Any]) -> None:
        tag = payload["idTag"]
        started = sum(start["idTag"] == tag for start in boot.starts.values())
        # Over a new connection the same call is a new one (J 4.1.4).
        if tag.startswith(REMOTE_TAG) and started >= len(self._tags_came.get(tag, ())):
            self._violated(f"started {started + 1} times by the one call for {tag}")

    def _metered(self, boot: Boot, payload: dict[str, Any]) -> None:
        (value,) = payload["meterValue"]
        energy_wh = int(value["sampledValue"][0]["value"])
        self._follows(boot, payload["transactionId"], value["timestamp"], energy_wh)

    def _stopped(self, boot: Boot, key: str, payload: dict[str, Any]) -> None:
        if key in boot.stops:
            return
        # Over all starts of the program: one may be stopped after a reset.
        boots = self.boots.values()
        starts = {each for one in boots for each in one.starts}
        stops = {each for one in boots for each in one.stops}
        if key not in stops and len(stops) >= len(starts):
            self._violated(
                f"a second stop, or one without a start: of transaction {payload['transactionId']}"
            )
        boot.stops[key] = payload
        self._follows(boot, payload["transactionId"], payload["timestamp"], payload["meterStop"])
        boot.kept_wh = payload["meterStop"]

    def _follows(self, boot: Boot, transaction_id: int, timestamp: str, energy_wh: int) -> None:
        """Within a transaction neither time nor meter goes back."""
        before = boot.last.get(transaction_id)
        if before is not None and timestamp < before[0]:
            self._violated(f"time went back in transaction {transaction_id}: {before[0]}, then {timestamp}")
        if before is not None and energy_wh < before[1]:
            self._violated(
                f"the meter went back in transaction {transaction_id}: {before[1]}, then {energy_wh}"
            )
        boot.last[transaction_id] = timestamp, energy_wh
        self._not_backwards(boot, energy_wh)

    def _not_backwards(self, boot: Boot, energy_wh: int) -> None:
        if energy_wh < boot.register_wh:
            self._violated(f"the meter went back from {boot.register_wh} to {energy_wh} Wh")
        boot.register_wh = energy_wh

    def _answered(self, call_id: str, text: str) -> None:
        if call_id.startswith(RETAINED_ID):
            self._violated("answered a retained call")
        if self._answers.setdefault(call_id, text) != text and self._answered_s[call_id] > self._booted_s:
            self._violated(f"call {call_id} got two different answers")
        self._answered_s[call_id] = self._scene.now_s

    # What it receives.

    def _received(self, frame: object) -> None:
        self.received_s = self._scene.now_s
        match frame:
            case [3 | 4, str(call_id), *_] if call_id == self.outstanding:
                self.outstanding = None
        match frame:
            case [3, str(), {"status": "Rejected", "interval": _}]:
                self._rejected = True
            case [3 | 4, str(call_id), *rest]:
                boot = next((each for each in reversed(self.boots.values()) if call_id in each.sent), Boot())
                if call_id in boot.sent:
                    self._settled(boot, boot.sent[call_id], rest[0] if frame[0] == 3 else None)
            case [2, str(call_id), str(), dict(payload)] if len(json.dumps(frame)) < _MAX_FRAME - 200:
                came = json.dumps(frame), len(self._connections)
                if self._came.setdefault(call_id, came) != came:
                    # Its id was used before, for a call that is not repeated now.
                    self._answers.pop(call_id, None)
                    self._came[call_id] = came
                self._tags_came.setdefault(str(payload.get("idTag")), set()).add(len(self._connections))
                if not self._mute:
                    self._asked.setdefault(call_id, (self._scene.now_s, len(self._connections)))

    def _settled(self, boot: Boot, key: str, answer: object) -> None:
        if key in boot.stops:
            boot.answers.setdefault(key, []).append(isinstance(answer, dict))
            return
        start = boot.starts[key]
        match answer:
            case {"transactionId": int(number), "idTagInfo": {"status": str()}}:
                # A central system that was restarted gives a number again.
                if key not in boot.answers:
                    boot.last[number] = start["timestamp"], start["meterStart"]
                boot.answers.setdefault(key, []).append(True)
            case {"idTagInfo": {"status": str(status)}} if status != "Accepted":
                boot.answers.setdefault(key, []).append(True)
            case _:
                boot.answers.setdefault(key, []).append(False)

    @property
    def _booted_s(self) -> float:
        return self._resets_s[-1]

    # At the end.

    def check_answers(self) -> None:
        """Every call over a connection that stayed up was answered."""
        for call_id, (asked_s, connections) in self._asked.items():
            if call_id in self._answers or call_id.startswith(RETAINED_ID) or self._rejected:
                continue
            held = (
                connections == len(self._connections) or self._connections[connections] > asked_s + _ANSWER_S
            )
            running = self._booted_s < asked_s
            if held and running and self._scene.now_s > asked_s + _ANSWER_S:
                self._violated(f"call {call_id} was never answered")

    def unreported(self, sessions: int, last_tag: str | None) -> str:
        """What is not reported yet of the sessions since the last reset, the last of them by `last_tag`; or ""."""
        boot = self.last_boot
        if boot is None:
            return "nothing was sent since the last reset"
        if last_tag and last_tag not in [start["idTag"] for start in boot.starts.values()]:
            return f"no start of {last_tag}"
        for key, payload in (*boot.starts.items(), *boot.stops.items()):
            if not boot.settled(key):
                return f"not answered: {payload}"
        if len(boot.starts) < sessions:
            return f"{len(boot.starts)} starts of {sessions} sessions"
        if len(boot.stops) != len(boot.starts):
            return f"{len(boot.starts)} starts and {len(boot.stops)} stops"
        return ""
