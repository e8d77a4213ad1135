# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Counts what crosses the link, for the summary. It changes nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chargerctl.central.conversation.ledger import Ledger
from chargerctl.simulator.machine.events import Event, Events


def count_frames(events: Events) -> Counter[object]:
    """How many messages pass from now on, "out" and "in"."""
    passed = Counter[object]()
    events.listen(lambda event: passed.update([event["dir"]]), ("frame",))
    return passed


class Bookkeeper:
    """Keeps the books from the frames on the link, where the central system is not the simulator's own."""

    def __init__(self, events: Events) -> None:
        self.ledger = Ledger()
        self._starts: dict[str, dict[str, Any]] = {}
        events.listen(self._on_frame, ("frame",))

    def _on_frame(self, event: Event) -> None:
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
