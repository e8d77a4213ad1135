# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When an authorisation ended, as far as it can be observed: from then on the relay must open.

Frames of the charger may be minutes old when they are seen. So each is held against what is known for certain: a call
is answered while the relay has been closed since before it was asked; a transaction is the running one when its idTag
was presented only once since the reset.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from chargerctl.simulator.chaos.at_the_central import RETAINED_ID
from chargerctl.simulator.chaos.opening import Opening
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.events import Event

# From the first bit in the reader's field to an idTag, and from a frame's last byte at the board to its meaning.
_READER_MS = 400.0
_READ_MS = 250.0
# Without a card for longer than this, the next one is a new presentation for certain.
_FIELD_FREE_S = 0.45
# What a link in trouble holds back at most.
_LATE_FRAME_S = 15.0
# The charger gives up waiting for an answer after 30 s.
_AWAITED_S = 15.0
_REFUSALS = ("Blocked", "Expired", "Invalid", "ConcurrentTx")
_READER_TROUBLES = (
    "wire_held",
    "wire_caught",
    "chip_without_memory",
    "clock_stretched",
    "part_lost",
    "flash_slow",
)
_TROUBLE_ECHO_S = 5.0
_OWN_CARD = "its own card"
_REFUSED = "its StartTransaction was refused"


class Endings:
    """`relay_closed(goes_on)` and `relay_opened()` are to be called when it moves."""

    def __init__(self, scene: Scene, opening: Opening) -> None:
        self._scene = scene
        self._opening = opening
        self._closed_s: float | None = None
        # Every idTag presented since the reset, and those since the relay opened last.
        self._presented: Counter[str] = Counter()
        self._lately: set[str] = set()
        # Whose transaction runs, where that is certain.
        self._running: str | None = None
        # Whose StartTransaction was answered other than Accepted.
        self._refused: set[str] = set()
        self._asked: dict[str, tuple[str, float]] = {}
        self._answered: set[str] = set()
        self._starts: dict[str, tuple[str, float]] = {}
        self._transactions: dict[int, str] = {}
        self._card_away_s = 0.0
        self._troubles: set[str] = set()
        self._troubled_s = -1e9
        scene.listen(self._on_event)

    def relay_closed(self, goes_on: bool) -> None:
        """`goes_on`: the same transaction as before, after a glitch of the cable."""
        self._closed_s = self._scene.now_s
        if not goes_on:
            certain = len(self._lately) == 1 and self._presented[next(iter(self._lately))] == 1
            self._running = next(iter(self._lately)) if certain else None
            if self._running in self._refused:
                self._opening.expect(_REFUSED, _READ_MS)

    def relay_opened(self) -> None:
        self._closed_s = None
        self._lately.clear()

    def _on_event(self, event: Event) -> None:
        kind = event["kind"]
        if kind == "reset":
            for known in (self._presented, self._lately, self._asked, self._answered, self._refused):
                known.clear()
            self._starts.clear()
            self._transactions.clear()
            self._running = None
        elif kind == "chaos":
            self._note_trouble(str(event["text"]))
        elif kind == "card":
            self._card(event["uid"])
        elif kind == "frame" and event["dir"] == "in":
            self._received(event["frame"])
        elif kind == "frame":
            self._sent(event["frame"])

    def _presents(self, tag: str) -> None:
        self._presented[tag] += 1
        if self._closed_s is None:
            self._lately.add(tag)

    # The card.

    def _note_trouble(self, text: str) -> None:
        name = text.partition(" ")[0]
        if name in _READER_TROUBLES:
            self._troubled_s = self._scene.now_s
            (self._troubles.discard if text.endswith("ends") else self._troubles.add)(name)

    def _card(self, uid: Any) -> None:
        now_s = self._scene.now_s
        if uid is None:
            self._card_away_s = now_s
            # Gone before it had to be seen.
            self._opening.withdraw(_OWN_CARD)
            return
        again = now_s - self._card_away_s > _FIELD_FREE_S
        self._presents(uid)
        well = not self._troubles and now_s - self._troubled_s > _TROUBLE_ECHO_S
        if self._closed_s is not None and uid == self._running and again and well:
            self._opening.expect(_OWN_CARD, _READER_MS)

    # Frames.

    def _sent(self, frame: object) -> None:
        now_s = self._scene.now_s
        match frame:
            case [3, str(call_id), {"status": "Accepted"}] if call_id in self._asked:
                action, asked_s = self._asked[call_id]
                if call_id not in self._answered and self._closed_since(asked_s):
                    self._opening.expect(f"the accepted {action}")
                self._answered.add(call_id)
            case [2, str(call_id), "StartTransaction", {"idTag": str(tag)}]:
                self._starts[call_id] = tag, now_s
            case [2, str(), "StopTransaction", {"transactionId": int(number)}]:
                if self._closed_s is not None and self._transactions.get(number, "") == self._running:
                    self._opening.expect("its StopTransaction")
            case [2, str(), "StatusNotification", {"connectorId": 1, "status": "Faulted"}]:
                if self._closed_since(now_s - _LATE_FRAME_S):
                    self._opening.expect("Faulted was reported")

    def _received(self, frame: object) -> None:
        now_s = self._scene.now_s
        match frame:
            case [2, str(call_id), "RemoteStopTransaction" | "Reset" as action, _]:
                self._asked.setdefault(call_id, (action, now_s))
            case [2, str(call_id), "RemoteStartTransaction", {"idTag": str(tag)}]:
                if not call_id.startswith(RETAINED_ID):
                    self._presents(tag)
            case [3, str(call_id), {"transactionId": int(number), "idTagInfo": {"status": str(status)}}]:
                if call_id not in self._starts:
                    return
                tag, sent_s = self._starts.pop(call_id)
                self._transactions[number] = tag
                if status in _REFUSALS and now_s - sent_s < _AWAITED_S:
                    self._refused.add(tag)
                    if self._closed_s is not None and tag == self._running:
                        self._opening.expect(_REFUSED, _READ_MS)

    def _closed_since(self, since_s: float) -> bool:
        return self._closed_s is not None and self._closed_s < since_s
