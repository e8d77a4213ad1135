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
from chargerctl.events.event import Tell
from chargerctl.ocppj import server_tls
from chargerctl.web.hosts import ours
from chargerctl.web.server import Server


@contextmanager
def serving(settings: CentralSettings, store: DatabaseStore, watch: Watch, tell: Tell) -> Iterator[Server]:
    """ChargerctlError where nobody can listen at `http`, or it needs what is not there."""
    assert settings.http is not None
    tls = None
    if settings.http_certificate is not None and settings.http_key is not None:
        tls = server_tls(settings.http_certificate, settings.http_key)
    parts = Parts(store, watch, Pages(), settings, tell=tell)

    def stop() -> None:
        parts.stopping.set()
        parts.streams.close()

    app = application(parts, ours(settings.http, settings.http_hosts.split(",")))
    server = Server(app, settings.http, tell, stop, tls)
    try:
        yield server
    finally:
        server.close()
