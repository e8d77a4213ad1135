# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The application over books that have two chargers, a session that has ended, one that runs, and two cards.

Made once, for it takes half a second: tests leave it as they found it."""

from __future__ import annotations

import json
import threading
from functools import cached_property

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.store import open_books
from chargerctl.central.live.watch import Watch
from chargerctl.central.metrics.books import OfBooks
from chargerctl.central.metrics.metrics import Metrics
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import application
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from starlette.testclient import TestClient

from tests.host.central.books.charger import NOW, Charger


@pytest.fixture(scope="session")
def books(tmp_path_factory):
    store = open_books(str(tmp_path_factory.mktemp("api") / "books.db"), worker="works")
    yield store
    store.close()


@pytest.fixture(scope="session")
def filled(books):
    with books.writing() as connection:
        for serial, name in (("garage-1", "Left"), ("garage-2", "Right")):
            owner.add_charger(connection, serial, NOW, name=name)
        owner.put_cards(
            connection, [owner.Card("04A1B2C3", "Anna"), owner.Card("04FF", chargers=["garage-1"])], NOW
        )
    charger = Charger(books, "garage-1")
    charger.boot(firmwareVersion="1.0")
    charger.call("StatusNotification", {"connectorId": 1, "status": "Charging", "errorCode": "NoError"})
    with books.unit() as unit:
        unit.working(NOW)
        unit.connected("garage-1", "mqtt", NOW)
        unit.charger("garage-1").told(
            "GetConfiguration",
            {},
            {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}]},
            NOW,
        )
        for number in range(5):
            unit.frame("garage-1", False, json.dumps([2, str(number), "Heartbeat", {}]), NOW + number)
            unit.frame("garage-1", True, json.dumps([3, str(number), {"currentTime": "x"}]), NOW + number)
    ended = charger.start()
    charger.meter("1250", "1300", transaction=ended)
    charger.stop(ended)
    charger.start(timestamp="2026-11-22T09:30:00Z", meterStart=2500)
    charger.call(
        "StopTransaction", {"transactionId": 99, "meterStop": 1, "timestamp": "2026-11-22T09:30:00Z"}
    )
    return books


@pytest.fixture(scope="session")
def site(filled):
    """site.get("/chargers"): of the API; site.client: of everything."""
    watch = Watch(filled)
    metrics = Metrics()
    metrics.expose(OfBooks(filled, lambda: NOW))
    parts = Parts(filled, watch, Pages(), CentralSettings(), metrics=metrics, now=lambda: NOW)
    yield Site(TestClient(application(parts, lambda host: True), base_url="http://localhost"), filled)
    watch.close()


class Site:
    """Its one viewer is a person at this computer."""

    def __init__(self, client, books) -> None:
        self.client = client
        self.books = books

    def get(self, path, **query):
        return self.client.get(f"/api/v1{path}", params=query)

    def change(self, method, path, body=None):
        return self.ask(method, path, {}, body)

    def ask(self, method, path, query, body):
        """With what a page has to send along."""
        return self.send(method, path, None if body is None else json.dumps(body), params=query)

    def send(self, method, path, content, **more):
        headers = {"X-CSRF": self._csrf, "Content-Type": "application/json"}
        return self.client.request(method, f"/api/v1{path}", content=content, headers=headers, **more)

    @cached_property
    def _csrf(self) -> str:
        page = self.client.get("/api", headers={"Accept": "text/html"}).text
        return page.partition('name="csrf" content="')[2].partition('"')[0]


class Answering:
    """A central system that answers each call at once, on a thread of its own."""

    def __init__(self, books, outcome: Outcome) -> None:
        self.calls = []
        self._books = books
        self._outcome = outcome
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._closing.wait(0.02):
            with self._books.unit() as unit:
                for call in unit.waiting_calls(NOW):
                    self.calls.append(call)
                    if unit.charger(call.serial).sending(call.id, NOW):
                        unit.answered(call.id, self._outcome, NOW)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()


@pytest.fixture
def answering(filled):
    """answering(Outcome(...)) -> what was called."""
    made = []

    def begin(outcome):
        made.append(Answering(filled, outcome))
        return made[-1]

    yield begin
    for each in made:
        each.close()
