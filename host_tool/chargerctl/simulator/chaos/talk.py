# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The invariants of the conversation, judged by the frames on the link."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chargerctl.simulator.chaos.at_the_central import RETAINED_ID, RETAINED_TAG
from chargerctl.simulator.chaos.scene import REMOTE_TAG, TORN, Scene
from chargerctl.simulator.machine.events import Event

_MAX_FRAME = 2048
# A call that arrived over a connection that holds is answered within this.
_ANSWER_S = 20.0
# None of them keeps a card waiting for longer than authorize_timeout.
_GIVE_WAY = ("Authorize", "StatusNotification", "Heartbeat")
# TransactionMessageAttempts.
_ATTEMPTS = 3


@dataclass
class Message:
    """A start or a stop. `answers`: of each that a transmission of it got, whether it said what it has to."""

    payload: dict[str, Any]
    answers: list[bool] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Delivered, or given up."""
        return any(self.answers) or len(self.answers) >= _ATTEMPTS


class TalkJudge:
    """`starts`, `stops`: by their ids, which they keep over every reset, in the order in which they were sent first.
    `info`: of connector 0, since the last reset."""

    def __init__(self, scene: Scene, violated: Callable[[str], object]) -> None:
        self.starts: dict[str, Message] = {}
        self.stops: dict[str, Message] = {}
        self.info: str | None = None
        # Each call of the charger by its id.
        self._calls: dict[str, tuple[str, dict[str, Any]]] = {}
        # The last register told, and the highest one told by a start or a stop, which outlasts a reset.
        self._register_wh = self._kept_wh = 0
        self._last: dict[int, tuple[str, int]] = {}
        # Starts whose stops went with the chip's memory.
        self._lost = 0
        self._scene = scene
        self._violated = violated
        # Each call of the central system as it came last, with the connection that it came over.
        self._came: dict[str, tuple[str, int]] = {}
        self._tags_came: dict[str, set[int]] = {}
        self._asked: dict[str, tuple[float, int]] = {}
        self._answers: dict[str, str] = {}
        self._answered_s: dict[str, float] = {}
        self._resets_s: list[float] = []
        # What came in so small pieces arrives long after.
        self._trickles_s: list[float] = []
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

    def _on_event(self, event: Event) -> None:
        if event["kind"] == "reset":
            self._resets_s.append(self._scene.now_s)
            self.status_sent = False
            self.info = None
            self._register_wh = self._kept_wh
            self._last.clear()
        elif event["kind"] == "chaos" and event["text"] == TORN:
            self._kept_wh = 0
            self._lost = len(self.starts) - len(self.stops)
        elif event["kind"] == "chaos" and str(event["text"]).startswith("trickle"):
            self._trickles_s.append(self._scene.now_s)
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
                self._called(call_id, action, payload)
            case [3 | 4, str(call_id), *_]:
                self._answered(call_id, text)

    def _called(self, call_id: str, action: str, payload: dict[str, Any]) -> None:
        self.outstanding, self._outstanding_action = call_id, action
        again = call_id in self._calls
        known = self._calls.setdefault(call_id, (action, payload))
        if known != (action, payload):
            self._violated(
                f"id {call_id} was used for two messages: {known[0]} {known[1]}, then {action} {payload}"
            )
        if action == "StatusNotification" and payload["connectorId"] == 0:
            if payload["status"] == "Available":
                self.info = payload.get("info", self.info)
        elif action == "StatusNotification":
            self.status_sent = True
        elif action == "StartTransaction" and call_id not in self.starts:
            self._started(payload)
            self.starts[call_id] = Message(payload)
        # Sent again after a reset it is older than what was sent in between.
        elif action == "MeterValues" and payload.get("transactionId") is not None and not again:
            self._metered(payload)
        elif action == "StopTransaction" and call_id not in self.stops:
            self._stopped(payload)
            self.stops[call_id] = Message(payload)

    def _started(self, payload: dict[str, Any]) -> None:
        tag = payload["idTag"]
        if tag == RETAINED_TAG:
            self._violated("obeyed a retained RemoteStartTransaction")
        started = sum(start.payload["idTag"] == tag for start in self.starts.values())
        # Over a new connection the same call is a new one (J 4.1.4).
        if tag.startswith(REMOTE_TAG) and started >= len(self._tags_came.get(tag, ())):
            self._violated(f"started {started + 1} times by the one call for {tag}")
        self._not_backwards(payload["meterStart"])
        self._kept_wh = max(self._kept_wh, payload["meterStart"])

    def _metered(self, payload: dict[str, Any]) -> None:
        (value,) = payload["meterValue"]
        energy_wh = int(value["sampledValue"][0]["value"])
        self._follows(payload["transactionId"], value["timestamp"], energy_wh)

    def _stopped(self, payload: dict[str, Any]) -> None:
        if len(self.stops) + self._lost >= len(self.starts):
            self._violated(
                f"a second stop, or one without a start: of transaction {payload['transactionId']}"
            )
        self._follows(payload["transactionId"], payload["timestamp"], payload["meterStop"])
        self._kept_wh = max(self._kept_wh, payload["meterStop"])

    def _follows(self, transaction_id: int, timestamp: str, energy_wh: int) -> None:
        """Within a transaction neither time nor meter goes back."""
        before = self._last.get(transaction_id)
        if before is not None and timestamp < before[0]:
            self._violated(f"time went back in transaction {transaction_id}: {before[0]}, then {timestamp}")
        if before is not None and energy_wh < before[1]:
            self._violated(
                f"the meter went back in transaction {transaction_id}: {before[1]}, then {energy_wh}"
            )
        self._last[transaction_id] = timestamp, energy_wh
        self._not_backwards(energy_wh)

    def _not_backwards(self, energy_wh: int) -> None:
        if energy_wh < self._register_wh:
            self._violated(f"the meter went back from {self._register_wh} to {energy_wh} Wh")
        self._register_wh = energy_wh

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
            case [3 | 4 as kind, str(call_id), answer, *_]:
                self._settled(call_id, answer if kind == 3 else None)
            case [2, str(call_id), str(), dict(payload)] if len(json.dumps(frame)) < _MAX_FRAME - 200:
                came = json.dumps(frame), len(self._connections)
                if self._came.setdefault(call_id, came) != came:
                    # Its id was used before, for a call that is not repeated now.
                    self._answers.pop(call_id, None)
                    self._came[call_id] = came
                self._tags_came.setdefault(str(payload.get("idTag")), set()).add(len(self._connections))
                if not self._mute:
                    self._asked.setdefault(call_id, (self._scene.now_s, len(self._connections)))

    def _settled(self, call_id: str, answer: object) -> None:
        if call_id in self.stops:
            self.stops[call_id].answers.append(isinstance(answer, dict))
        start = self.starts.get(call_id)
        if start is None:
            return
        match answer:
            case {"transactionId": int(number), "idTagInfo": {"status": str()}}:
                # A central system that was restarted gives a number again.
                if not start.answers:
                    self._last[number] = start.payload["timestamp"], start.payload["meterStart"]
                start.answers.append(True)
            case {"idTagInfo": {"status": str(status)}} if status != "Accepted":
                start.answers.append(True)
            case _:
                start.answers.append(False)

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
            in_pieces = any(abs(at_s - asked_s) < _ANSWER_S for at_s in self._trickles_s)
            if held and running and not in_pieces and self._scene.now_s > asked_s + _ANSWER_S:
                self._violated(f"call {call_id} was never answered")

    def unreported(self, sessions: int, last_tag: str | None) -> str:
        """What is not reported yet of the sessions, the last of them by `last_tag`; or ""."""
        if last_tag and last_tag not in [start.payload["idTag"] for start in self.starts.values()]:
            return f"no start of {last_tag}"
        for message in (*self.starts.values(), *self.stops.values()):
            if not message.settled:
                return f"not answered: {message.payload}"
        if len(self.starts) < sessions:
            return f"{len(self.starts)} starts of {sessions} sessions"
        if len(self.stops) + self._lost != len(self.starts):
            return f"{len(self.starts)} starts and {len(self.stops)} stops"
        return ""
