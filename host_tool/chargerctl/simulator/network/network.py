# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The network around the virtual board: who is on it, under which name, and whether anything gets through.

network = Network(board)                       # board.network is set to it
network.serve("broker.local", 1883, broker)    # a Server of peer.py; only names that are served resolve
network.serve_time("pool.ntp.org")
network.wifi(False)                            # the access point goes: silence, no FIN
network.broker(False)                          # servers go: RST, then refused
network.faults.delay_us = 400_000              # any other fault: faults.py
network.half_open()                            # every connection of now dies silently; new ones work
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chargerctl.simulator.network.connection import Connection
from chargerctl.simulator.network.faults import Faults
from chargerctl.simulator.network.names import DNS_PORT, MULTICAST_DNS, Names
from chargerctl.simulator.network.ntp import NTP_PORT, NtpServer, WorldTime
from chargerctl.simulator.network.peer import Server
from chargerctl.simulator.network.station import ESP32_RETRIES, GATEWAY, AccessPoint, Station
from chargerctl.simulator.network.tap import Tap

if TYPE_CHECKING:
    from chargerctl.simulator.machine.costs import Costs

Address = tuple[str, int]
Datagram = Callable[[bytes], "bytes | None"]


class Network:
    """See the module's text. `time` is the world's UTC."""

    def __init__(self, board: Any, start_unix: float | None = None) -> None:
        self.clock = board.clock
        self.events = board.events
        self.is_esp32: bool = board.is_esp32
        self.faults = Faults()
        self.time = WorldTime(self.clock, start_unix)
        self.ntp = NtpServer(self.time)
        self.access_point = AccessPoint()
        self.names = Names(self)
        self.station = Station(self, ESP32_RETRIES if self.is_esp32 else 0)
        # Open sockets of the program, TCP and UDP.
        self.sockets: set[Any] = set()
        # Set by whoever brings a central system: publishes a payload to the charger.
        self.to_charger: Callable[[str | bytes], None] = lambda payload: None
        self._board = board
        self._servers: dict[Address, Server] = {}
        self._datagrams: dict[Address, Datagram] = {
            (GATEWAY, DNS_PORT): self.names.answer,
            MULTICAST_DNS: self.names.answer_local,
        }
        self._servers_up = True
        self._connections: list[Connection] = []
        board.network = self

    # Who is there.

    def serve(self, host: str, port: int, server: Server) -> str:
        """Put `server` at `host` (a name or an IPv4 address); return its address."""
        address = self.names.add(host)
        self._servers[address, port] = server
        return address

    def serve_time(self, host: str) -> str:
        """Put the time server at `host`; return its address."""
        address = self.names.add(host)
        self._datagrams[address, NTP_PORT] = self.ntp.answer
        return address

    # What can happen to it.

    def wifi(self, up: bool) -> None:
        """The access point goes (connections fall silent, nobody is told) or comes back."""
        self.access_point.up = up
        self.station.access_point_changed()

    def broker(self, up: bool) -> None:
        """The TCP servers go (RST, then refused) or come back."""
        self._servers_up = up
        if not up:
            for connection in list(self._connections):
                connection.fail_server()

    def half_open(self) -> None:
        """The connections of now carry nothing any more and neither end is told."""
        for connection in list(self._connections):
            connection.freeze()

    def heal(self) -> None:
        """Everything works again: access point, names, time, servers, and the way to them."""
        self.faults = Faults()
        self.access_point.heal()
        self.ntp.heal()
        self.broker(True)
        self.wifi(True)

    # What the board's modules and the connections ask.

    @property
    def costs(self) -> Costs:
        """The board's table of the moment."""
        costs: Costs = self._board.costs
        return costs

    @property
    def delay_us(self) -> int:
        """One-way latency now, in microseconds."""
        return self.costs.network_delay + self.faults.delay_us

    @property
    def link_up(self) -> bool:
        """Whether packets cross between the board and the access point."""
        return self.access_point.up and self.station.up

    def has_host(self, address: str) -> bool:
        """Whether there is a machine at `address` that could at least refuse."""
        return any(host == address for host, _port in self._servers)

    def server_at(self, address: Address) -> Server | None:
        """Who listens there now."""
        return self._servers.get(address) if self._servers_up else None

    def connect(self, address: Address) -> Connection:
        """Begin a TCP connection from the board."""
        connection = Connection(self, address)
        self._connections.append(connection)
        return connection

    def forget(self, connection: Connection) -> None:
        """The connection is over on both sides."""
        if connection in self._connections:
            self._connections.remove(connection)

    def tap_for(self, address: Address) -> Tap | None:
        """What listens in on a connection to `address`."""
        return Tap(self.events) if address in self._servers else None

    def send_datagram(self, address: Address, data: bytes, reply: Callable[[bytes, Address], None]) -> None:
        """Send a UDP datagram from the board; `reply(data, sender)` is called when an answer arrives."""
        # The gateway passes on what is meant for all, and the answers.
        sender = (GATEWAY, address[1]) if address == MULTICAST_DNS else address

        def at_server() -> None:
            handler = self._datagrams.get(address)
            answer = handler(data) if handler is not None and self._passes_datagrams() else None
            if answer is not None:
                self.clock.call_in(
                    self.delay_us, lambda: reply(answer, sender) if self._passes_datagrams() else None
                )

        self.clock.call_in(self.delay_us, at_server)

    def _passes_datagrams(self) -> bool:
        return self.link_up and not self.faults.drop_datagrams

    # The board's life.

    def station_changed(self) -> None:
        """The board's interface went up or down; going down takes its connections along."""
        if not self.station.up:
            for connection in list(self._connections):
                connection.vanish()

    def vm_ended(self, orderly: bool) -> None:
        """The program ended: sockets closed and radio switched off in order, or just gone with a reset."""
        if orderly:
            for socket in list(self.sockets):
                socket._discard()
        self.sockets.clear()
        for connection in list(self._connections):
            connection.vanish()
        self.station.leave()
