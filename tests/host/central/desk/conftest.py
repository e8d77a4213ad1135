# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A desk over books in memory, stepped by hand."""

from __future__ import annotations

import pytest
from chargerctl.central.desk.desk import Desk
from chargerctl.central.desk.inbox import Limits
from chargerctl.events.sparing import Sparing

from tests.host.central.desk.fakes import NOW, Link, Store, Talk


class Rig:
    def __init__(self, limits: Limits | None = None) -> None:
        self.now = NOW
        self.store = Store()
        self.talks: list[Talk] = []
        self.events = []
        tell = Sparing(self.events.append)
        self.desk = Desk(self.store, self._make, tell, limits or Limits(), clock=lambda: self.now)

    def _make(self, serial, *arguments):
        self.talks.append(Talk(*arguments))
        return self.talks[-1]

    def step(self, seconds: float = 0.0) -> None:
        self.now += seconds
        self.desk.step(self.now)

    def run(self, seconds: float, every: float = 0.25) -> None:
        for _ in range(round(seconds / every)):
            self.step(every)

    def charger(self, serial: str = "c-1", transport: str = "mqtt") -> Link:
        """One that has just connected."""
        link = Link(transport)
        self.desk.connected(serial, link)
        self.step()
        return link

    def texts(self, what: str) -> list[str]:
        return [event.text for event in self.events if event.what == what]


@pytest.fixture
def rig():
    return Rig()
