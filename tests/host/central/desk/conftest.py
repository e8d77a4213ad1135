# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A desk over books in memory, stepped by hand."""

from __future__ import annotations

import pytest
from chargerctl.central.desk.clock import Clock
from chargerctl.central.desk.desk import Desk
from chargerctl.central.desk.inbox import Limits
from chargerctl.events.sparing import Sparing

from tests.host.central.desk.fakes import NOW, Link, Store, Talk


class Rig:
    def __init__(self, limits: Limits | None = None, talk=Talk, observer=None, shared=None) -> None:
        # The steady clock; the date is this much ahead of it.
        self.now = 1000.0
        self.date = NOW - 1000.0
        self.store = Store()
        self.talks: list[Talk] = []
        self._talk = talk
        self.events = []
        tell = Sparing(self.events.append)
        clock = Clock(lambda: self.now, lambda: self.now + self.date)
        self.desk = Desk(self.store, self._make, tell, limits or Limits(), clock, observer, shared)

    def _make(self, serial, *arguments):
        self.talks.append(self._talk(*arguments))
        return self.talks[-1]

    def pass_by(self, seconds: float) -> None:
        self.now += seconds

    def step(self, seconds: float = 0.0) -> None:
        self.now += seconds
        self.desk.step()

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
