# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger's radio, as the firmware's net/wifi.py wants it, over the virtual board's model of joining a network.

No call waits: an attempt goes on by itself, and whoever owns the station stirs the charger when it has ended.
"""

from __future__ import annotations

from chargerctl.simulator.network.station import ADDRESS, GATEWAY, Station


class Radio:
    ipv4_dns = GATEWAY

    def __init__(self, station: Station) -> None:
        self._station = station

    @property
    def connected(self) -> bool:
        return self._station.up

    @property
    def ipv4_address(self) -> str:
        return ADDRESS if self._station.up else "None"

    def connect(self, ssid: str, password: str, timeout: float | None = None) -> None:
        """Raises ConnectionError where there is no access point."""
        if not self._station.access_point.up:
            raise ConnectionError("No network with that ssid")
        if not self._station.busy:
            self._station.begin(ssid, password)
