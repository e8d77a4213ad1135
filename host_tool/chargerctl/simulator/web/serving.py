# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The page of one simulation: its server, and what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chargerctl.events.event import Tell
from chargerctl.settings.kinds import HostPort
from chargerctl.simulator.web.app import application
from chargerctl.simulator.web.hands import Hands
from chargerctl.simulator.web.mirror import Mirror
from chargerctl.web.hosts import ours
from chargerctl.web.server import Server
from chargerctl.web.streams import Streams

# For the pages that are open to hear that it is over.
_GOODBYE_S = 2.0


class Page:
    """url: where to open it. take() gets every event of the simulation, end() how it ended."""

    def __init__(self, url: str, mirror: Mirror, hands: Hands) -> None:
        self.url = url
        self._mirror = mirror
        self._hands = hands

    def begin(self, give: Callable[[str], object]) -> None:
        """give(line): has a line of the script language act."""
        self._hands.begin(give)

    def take(self, event: Mapping[str, Any]) -> None:
        self._mirror.take(event)
        self._hands.take(event)

    def end(self, status: int, why: str) -> None:
        """status: exit status of the command; why: a sentence, or ""."""
        self._hands.end()
        self._mirror.end(status, why)
        self._mirror.wait_until_left(_GOODBYE_S)


@contextmanager
def serving(where: HostPort, tell: Tell) -> Iterator[Page]:
    """ChargerctlError where it cannot listen there."""
    mirror, hands, streams = Mirror(), Hands(), Streams()
    app = application(mirror, hands, streams, ours(where), tell)
    server = Server(app, where, tell, streams.close)
    try:
        yield Page(f"http://{HostPort(where.host, server.port)}/", mirror, hands)
    finally:
        server.close()
