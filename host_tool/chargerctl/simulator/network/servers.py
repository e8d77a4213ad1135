# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which server listens at which TCP address."""

from __future__ import annotations

from typing import TypeAlias

from chargerctl.simulator.network.peer import Server

Address: TypeAlias = tuple[str, int]


class Servers:
    """`up`: whether the programs run; their machines are there all the same, and refuse."""

    def __init__(self) -> None:
        self.up = True
        self._servers: dict[Address, Server] = {}

    def put(self, address: Address, server: Server) -> None:
        self._servers[address] = server

    def __contains__(self, address: Address) -> bool:
        return address in self._servers

    def has_host(self, host: str) -> bool:
        """Whether there is a machine at `host` (an address) that could at least refuse."""
        return any(host == each for each, _port in self._servers)

    def at(self, address: Address) -> Server | None:
        """The server that listens there now."""
        return self._servers.get(address) if self.up else None
