# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who may use the API and read the metrics: programs by their token."""

from __future__ import annotations

import pytest
from chargerctl.central.books import users
from chargerctl.central.books.store import open_books
from chargerctl.central.live.watch import Watch
from chargerctl.central.metrics.metrics import Metrics
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import application
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.settings.kinds import HostPort
from starlette.testclient import TestClient

from tests.host.central.books.charger import NOW

READING = ("/api/v1/chargers", "/api/v1/openapi.json", "/metrics")
CHANGING = (("PUT", "/api/v1/cards/04A1", {}), ("POST", "/api/v1/chargers/c-1/calls", {"action": "Reset"}))


@pytest.fixture(scope="module")
def visitor(tmp_path_factory):
    """visitor(method, path, token): of a central system that is reached from elsewhere."""
    store = open_books(str(tmp_path_factory.mktemp("admission") / "books.db"))
    with store.writing() as connection:
        users.add_user(connection, "anna", "$argon2id$", NOW, read_only=False)
        users.add_token(connection, "grafana", "looks", NOW, read_only=True)
        users.add_token(connection, "script", "changes", NOW, read_only=False)
    watch = Watch(store)
    settings = CentralSettings(http=HostPort("0.0.0.0", 8080))
    parts = Parts(store, watch, Pages(), settings, metrics=Metrics())
    client = TestClient(
        application(parts, lambda host: True), "http://charge.example", follow_redirects=False
    )

    def ask(method, path, token="", body=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return client.request(method, path, headers=headers, json=body)

    yield ask
    watch.close()
    store.close()


@pytest.mark.parametrize("path", READING)
def test_nothing_is_read_without_a_token_or_with_a_wrong_one(visitor, path):
    assert visitor("GET", path).status_code == 401
    assert visitor("GET", path, "guessed").status_code == 401
    assert visitor("GET", path).json()["error"]


@pytest.mark.parametrize("path", READING)
def test_a_read_only_token_reads(visitor, path):
    assert visitor("GET", path, "looks").status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), CHANGING)
def test_a_read_only_token_changes_nothing(visitor, method, path, body):
    assert visitor(method, path, "looks", body).status_code == 403


def test_a_token_that_may_change_needs_nothing_else(visitor):
    assert visitor("PUT", "/api/v1/cards/04A1", "changes", {}).status_code == 200
    answer = visitor("POST", "/api/v1/chargers/c-1/calls", "changes", {"action": "Reset"})
    assert answer.status_code == 404
