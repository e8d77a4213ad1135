# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system, and a charger that calls it."""

from __future__ import annotations

import json

import pytest
from chargerctl.central.conversation.conversation import Conversation

NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z


class Charger:
    """Calls the central system with numbered ids, as of `now`."""

    def __init__(self) -> None:
        self.central = Conversation()
        self.now = NOW
        self._count = 0

    def call(self, action: str, **payload: object) -> list[list[object]]:
        """The frames that come back at once."""
        self._count += 1
        return self.send([2, f"id-{self._count}", action, payload])

    def send(self, frame: object) -> list[list[object]]:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        return [json.loads(each) for each in self.central.handle(text, self.now)]

    def late(self) -> list[list[object]]:
        return [json.loads(each) for each in self.central.due(self.now)]

    def boot(self) -> list[list[object]]:
        return self.call("BootNotification", chargePointVendor="GA Make", chargePointModel="ESP32-C6")

    def start(self, tag: str = "04A1B2C3", meter: int = 1000, time: str = "2026-11-22T07:30:00Z"):
        return self.call("StartTransaction", connectorId=1, idTag=tag, meterStart=meter, timestamp=time)

    def stop(self, transaction: int, meter: int = 2500, **more: object):
        time = "2026-11-22T08:30:00Z"
        return self.call(
            "StopTransaction", transactionId=transaction, meterStop=meter, timestamp=time, **more
        )

    def reasons(self) -> list[str]:
        return [each.reason for each in self.central.violations]


@pytest.fixture
def charger() -> Charger:
    """A charger that has not booted."""
    return Charger()


@pytest.fixture
def booted(charger) -> Charger:
    """A charger whose BootNotification was accepted."""
    charger.boot()
    return charger
