# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pages of chargers, on books with something in them; a central system that answers calls through them."""

from __future__ import annotations

import re
import shutil
import time

import pytest
from chargerctl.central.books.store import DatabaseStore, open_books
from chargerctl.central.live.watch import Watch
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import application
from chargerctl.central.web.charger.router import router
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import Viewer
from chargerctl.web.errors import Errors
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.host.central.cli.conftest import POLICIES, WORKER, Answering, fill

HERE = "/chargers/garage-1"


@pytest.fixture(scope="session")
def filled_books(tmp_path_factory):
    """garage-1 is connected and charges, garage-2 is offline and Faulted, yard asks to be let in."""
    path = tmp_path_factory.mktemp("books") / "central.sqlite"
    store = open_books(f"sqlite:///{path}", POLICIES, worker=WORKER)
    fill(store)
    store.close()
    return path


@pytest.fixture
def store(tmp_path, filled_books):
    """Such books; a central system runs on them."""
    path = shutil.copyfile(filled_books, tmp_path / "central.sqlite")
    found = open_books(f"sqlite:///{path}", POLICIES, worker=WORKER)
    with found.unit() as unit:
        unit.working(time.time() + 3600)  # however slow the machine is
    yield found
    found.close()


class Books:
    """Those of the test that runs: an application takes a while to make, so that all of them share one."""

    store: DatabaseStore

    def __getattr__(self, name):
        return getattr(self.store, name)


@pytest.fixture(scope="session")
def shared_parts():
    books = Books()
    watch = Watch(books)
    yield Parts(books, watch, Pages(), CentralSettings(call_timeout=20))
    watch.close()


@pytest.fixture
def parts(shared_parts, store):
    shared_parts.store.store = store
    return shared_parts


class Owner:
    """Of somebody who may change things: what is sent has the word of the page against forgery."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self._csrf = ""

    def get(self, path: str, accept: str = "text/html"):
        return self._client.get(path, headers={"Accept": accept})

    def post(self, path: str, **values: str):
        if not self._csrf:
            self._csrf = re.findall('<meta name="csrf" content="([^"]*)">', self.get(f"{HERE}/log").text)[0]
        return self._client.post(path, data=values, headers={"X-CSRF": self._csrf})


def client_of(app) -> TestClient:
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


@pytest.fixture(scope="session")
def shared_owner(shared_parts):
    return application(shared_parts, lambda host: True)


@pytest.fixture
def owner(parts, shared_owner):
    return Owner(client_of(shared_owner))


@pytest.fixture
def reader(parts):
    """The client of a viewer who may only look."""
    app = FastAPI()
    Errors(parts.tell, parts.pages.error, {}).install(app)
    app.include_router(router(parts))

    async def as_reader(scope, receive, send):
        scope["viewer"] = Viewer("eve", False, "")
        await app(scope, receive, send)

    return client_of(as_reader)


@pytest.fixture
def answering(store):
    """answering({"Reset": {"status": "Accepted"}}) -> a central system that runs; the calls that it was asked for."""
    running = []

    def begin(answers):
        running.append(Answering(store, answers))
        return running[-1].asked

    yield begin
    for each in running:
        each.close()
