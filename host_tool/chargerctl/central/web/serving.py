# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The web page as a part of the service: from the settings to a server that runs."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.books.turns import Turns
from chargerctl.central.live.watch import Watch
from chargerctl.central.metrics.metrics import Metrics
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import application
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.errors import InputError
from chargerctl.events.event import Tell
from chargerctl.ocppj import server_tls
from chargerctl.web.hosts import ours
from chargerctl.web.server import Server, most_connections
from chargerctl.web.streams import MOST, Streams


@contextmanager
def serving(
    settings: CentralSettings, store: DatabaseStore, watch: Watch, tell: Tell, metrics: Metrics | None = None
) -> Iterator[Server]:
    """ChargerctlError where nobody can listen at `http`, or it needs what is not there."""
    assert settings.http is not None
    tls = _tls(settings)
    shared = store.in_turns(Turns())
    # The other connections are for what viewers do.
    streams = Streams(min(MOST, most_connections() * 2 // 5), lambda scope: scope["viewer"].name)
    parts = Parts(shared, watch, Pages(), settings, streams, tell=tell, metrics=metrics, calls=store)

    def stop() -> None:
        parts.stopping.set()
        parts.streams.close()

    app = application(parts, ours(settings.http, settings.http_hosts))
    server = Server(app, settings.http, tell, stop, tls)
    try:
        yield server
    finally:
        server.close()


def _tls(settings: CentralSettings) -> ssl.SSLContext | None:
    if settings.http_certificate is None and settings.http_key is None:
        return None
    if settings.http_certificate is None or settings.http_key is None:
        raise InputError("`http_certificate` and `http_key` belong together: give both, or none")
    return server_tls(settings.http_certificate, settings.http_key)
