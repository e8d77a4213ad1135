# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""OCPP-J over a WebSocket for each charger: for central systems without a broker.

to = CentralSystem("ws://127.0.0.1:9000/ocpp", password_of)
charger = Charger(firmware, clock, environ, WebSockets(firmware, sockets, to).network().link, …)
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chargerctl.bridge.socket import Approach
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.links.socket_network import SocketNetwork
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.links.websocket_link import PONG_MS, WebSocketLink
from chargerctl.ocppj import connection_url


@dataclass(frozen=True)
class CentralSystem:
    """url: without the charger's identity. password_of(serial): None for security profile 0. ca: for wss://."""

    url: str
    password_of: Callable[[str], bytes | None] = lambda _serial: None
    ca: Path | None = None


class WebSockets:
    """Makes the networks of all chargers of a process."""

    def __init__(self, firmware: Firmware, sockets: Sockets, to: CentralSystem) -> None:
        self._firmware = firmware
        self._sockets = sockets
        self._to = to

    def network(self, randrange: Callable[[int], int] = random.randrange) -> WebSocketNetwork:
        """For one charger. randrange: gives the jitter of its pauses."""
        return WebSocketNetwork(self._sockets, self._to, self._firmware.module("ticks"), randrange)


class WebSocketNetwork(SocketNetwork):
    def __init__(
        self, sockets: Sockets, to: CentralSystem, ticks: Any, randrange: Callable[[int], int]
    ) -> None:
        super().__init__(sockets)
        self._to = to
        self._ticks = ticks
        self._randrange = randrange

    def link(self, charger: Charger, values: Mapping[str, Any], board: Any) -> WebSocketLink:
        self.serve(charger)
        to = self._to
        secured = urlsplit(to.url).scheme == "wss"
        context = self.sockets.context(str(to.ca or "")) if secured else None
        url = connection_url(to.url, charger.serial)
        quiet_s = values["mqtt.keep_alive"] / 2
        approach = Approach(url, charger.serial, to.password_of(charger.serial), context, PONG_MS / 1000)
        return WebSocketLink(
            self,
            approach,
            quiet_s,
            board.wifi,
            self._ticks,
            board.system.ticks_ms,
            self._randrange,
            board.console.log,
        )
