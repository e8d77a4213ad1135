# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Web servers on a free port of loopback."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from chargerctl.settings.kinds import HostPort
from chargerctl.web.server import Server


class Served:
    def __init__(self, server, events, tls):
        self.server = server
        self.events = events
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"


@pytest.fixture
def serve():
    """serve(app) -> Served, until the end of the test."""
    with ExitStack() as stack:

        def start(app, on_closing=lambda: None, tls=None):
            events = []
            server = Server(app, HostPort("127.0.0.1", 0), events.append, on_closing, tls)
            stack.callback(server.close)
            return Served(server, events, tls)

        yield start
