# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The web page as a part of the service: from the settings to a server that runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.live.watch import Watch
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import application
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.web.guard import is_loopback_name
from chargerctl.web.server import Server


@contextmanager
def serving(settings: CentralSettings, store: DatabaseStore, watch: Watch) -> Iterator[Server]:
    """ChargerctlError where nobody can listen at `http`, or it needs what is not there."""
    assert settings.http is not None
    app = application(Parts(store, watch, Pages(), settings), _hosts(settings))
    server = Server(app, settings.http, lambda: None)
    try:
        yield server
    finally:
        server.close()


def _hosts(settings: CentralSettings):
    return is_loopback_name  # kit: http_hosts, the address itself
