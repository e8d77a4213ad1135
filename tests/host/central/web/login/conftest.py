# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The application over real books, its clocks in the hand of the test, and those who ask it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field

import argon2
import pytest
from chargerctl.central.books import users
from chargerctl.central.books.queries.users import find_credentials
from chargerctl.central.books.store import open_books
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import application
from chargerctl.central.web.login import passwords
from chargerctl.central.web.login.router import router
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.settings.kinds import HostPort
from chargerctl.web.hosts import ours
from fastapi import FastAPI
from starlette.testclient import TestClient

NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z
PASSWORD = "correct horse battery"
HOST = "charge.example"
OUTSIDE = CentralSettings(http=HostPort("0.0.0.0", 8080), http_hosts=(HOST,))
INSIDE = CentralSettings(http=HostPort("127.0.0.1", 8080))
CSRF = "the csrf of this session"


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Told:
    """The log of the service."""

    events: list = field(default_factory=list)

    def __call__(self, event):
        self.events.append(event)

    def texts(self, what):
        return [event.text for event in self.events if event.what == what]


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Argon2 with the least work that the standard allows."""
    monkeypatch.setattr(passwords, "PARAMETERS", argon2.profiles.CHEAPEST)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "books.db"
    open_books(str(path)).close()
    return path


@pytest.fixture
def store(made, tmp_path):
    found = open_books(str(shutil.copy(made, tmp_path)))
    yield found
    found.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told():
    return Told()


def login_only(parts, door, limits, errors):
    """No other routes: to make them all takes long."""
    app = FastAPI(openapi_url=None)
    errors.install(app)
    app.include_router(router(parts, door, limits))
    return app


class House:
    """The application, and how one comes in. make: what is behind its gate."""

    def __init__(self, store, settings, clock, told, make, watch=None):
        self.store = store
        self.clock = clock
        parts = Parts(store, watch, Pages(), settings, tell=told, now=clock)
        self.app = application(parts, ours(settings.http, settings.http_hosts), clock, make)

    def visitor(self, address="192.0.2.7", host=HOST, scheme="http", **more):
        """A browser at this address that has no cookies yet."""
        return TestClient(
            self.app,
            f"{scheme}://{host}",
            client=(address, 50_000),
            follow_redirects=False,
            raise_server_exceptions=False,
            **more,
        )

    def add_user(self, name, read_only=False, password=PASSWORD):
        with self.store.writing() as connection:
            kept = passwords.Passwords().hash(password)
            users.add_user(connection, name, kept, NOW, read_only=read_only)

    def add_token(self, name, secret, read_only=False):
        with self.store.writing() as connection:
            users.add_token(connection, name, secret, NOW, read_only=read_only)

    def enter(self, visitor, name, secret="the secret"):
        """As after a login, without its work."""
        with self.store.writing() as connection:
            found = find_credentials(connection, name)
            assert users.begin_session(
                connection, found.id, found.password_hash, secret, CSRF, self.clock.now
            )
        visitor.cookies.set("chargerctl_session", secret)
        return visitor


@pytest.fixture
def house(store, clock, told):
    """Reached by others than this computer; anna may change, ben may look."""
    found = House(store, OUTSIDE, clock, told, login_only)
    found.add_user("anna")
    found.add_user("ben", read_only=True)
    return found


def csrf_in(page):
    return re.search(r'name="csrf" (?:value|content)="([^"]+)"', page.text).group(1)


def log_in(visitor, name, password=PASSWORD, **more):
    """As a person does, in a browser; the answer."""
    csrf = csrf_in(visitor.get("/login"))
    return visitor.post("/login", data={"name": name, "password": password, "csrf": csrf, **more})
