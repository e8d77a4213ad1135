# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Counts what crosses the link, for the summary. It only listens."""

from __future__ import annotations

from typing import Any

from chargerctl.central.ledger import Ledger
from chargerctl.simulator.machine.events import Event, Events


class FrameCount:
    """How many messages passed, in each direction."""

    def __init__(self, events: Events) -> None:
        self.frames_out = 0
        self.frames_in = 0
        events.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        if event["kind"] == "frame":
            if event["dir"] == "out":
                self.frames_out += 1
            else:
                self.frames_in += 1


class Bookkeeper:
    """Keeps the books of a central system that is somebody else's, from the frames on the link."""

    def __init__(self, events: Events) -> None:
        self.ledger = Ledger()
        self._starts: dict[str, dict[str, Any]] = {}
        events.listen(self._on_event)

    def _on_event(self, event: Event) -> None:
        if event["kind"] != "frame":
            return
        frame: Any = event["frame"]
        match event["dir"], frame:
            case "out", [2, str(message_id), "StartTransaction", {"meterStart": int()} as start]:
                self._starts[message_id] = start
            case "in", [
                3,
                str(message_id),
                {"transactionId": int(number), "idTagInfo": {"status": "Accepted"}},
            ]:
                start = self._starts.get(message_id)
                if start is not None:
                    self.ledger.started(number, start)
            case "out", [2, _, "StopTransaction", {"transactionId": int(), "meterStop": int()} as stop]:
                self.ledger.stopped(stop)
