# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The overview on real books, whose time is in the hand of the test."""

from __future__ import annotations

import re
from html import unescape

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.live.watch import Watch
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import application
from chargerctl.central.web.chargers.router import router
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import Viewer
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.host.central.books.charger import NOW, Charger
from tests.host.central.books.conftest import (  # noqa: F401
    database,
    empty,
    made_postgresql,
    made_sqlite,
    opened,
    opener,
)


@pytest.fixture
def kind():
    """A test that is about SQL asks for both."""
    return "sqlite"


@pytest.fixture
def books(opened):  # noqa: F811
    """As where strangers are refused."""
    return opened(Policies(Policy.REFUSE, Policy.LEARN))


@pytest.fixture
def site(books):
    return Site(books)


class Site:
    """Chargers, as they come and tell."""

    def __init__(self, books) -> None:
        self.books = books
        with books.unit() as unit:
            unit.working(NOW)

    def charger(self, serial, *statuses, name="", known=True, online=True) -> Charger:
        """With a status for each connector from 1 on."""
        if known:
            with self.books.writing() as connection:
                owner.add_charger(connection, serial, NOW, name=name)
        charger = Charger(self.books, serial)
        with self.books.unit() as unit:
            unit.connected(serial, "mqtt" if online else None, NOW)
            unit.seen(serial, NOW)
        charger.boot()
        for number, status in enumerate(statuses, 1):
            self.status(charger, status, connector=number)
        return charger

    def status(self, charger, status, connector=1, error="NoError", info="") -> None:
        told = {"connectorId": connector, "status": status, "errorCode": error, "info": info}
        charger.call("StatusNotification", told)


@pytest.fixture
def settings():
    return CentralSettings()


@pytest.fixture
def parts(books, settings):
    watch = Watch(books, lambda: NOW)
    yield Parts(books, watch, Pages(), settings, now=lambda: NOW)
    watch.close()


@pytest.fixture
def app(parts):
    """With this page only, behind the gate: to make them all takes long."""

    def make(parts, door, limits, errors):
        made = FastAPI()
        errors.install(made)
        made.include_router(router(parts))
        return made

    return application(parts, lambda host: True, make=make)


@pytest.fixture
def client(app):
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


@pytest.fixture
def page(client):
    """The HTML of the overview."""
    return lambda **more: client.get("/", **more).text


@pytest.fixture
def reader(parts):
    """The client of a viewer who may only look."""
    app = FastAPI()
    app.include_router(router(parts))

    async def as_reader(scope, receive, send):
        scope["viewer"] = Viewer("eve", False, "")
        await app(scope, receive, send)

    return TestClient(as_reader, base_url="http://localhost")


def tile(html, serial):
    """The HTML of one tile."""
    found = re.search(rf'<li class="tile charger" id="charger-{re.escape(serial)}".*?</li>', html, re.DOTALL)
    return found[0] if found else ""


def text(html):
    """What is shown of it."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())
