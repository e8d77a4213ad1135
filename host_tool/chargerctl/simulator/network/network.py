# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The network around the virtual board: who is on it, under which name, and whether anything gets through.

network = Network(board)                       # board.network is set to it
network.serve("broker.local", 1883, broker)    # a Server of peer.py; only names that are served resolve
network.serve_time("pool.ntp.org")
network.wifi(False)                            # the access point goes: silence, no FIN
network.broker(False)                          # servers go: RST, then refused
network.faults.delay_us = 400_000              # any other fault: faults.py
network.silent(True)                           # nothing passes any more, and neither end notices
network.half_open()                            # every connection of now dies silently; new ones work
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from chargerctl.simulator.network.connection import Connection
from chargerctl.simulator.network.http_server import HTTP_HOST, HTTP_PORTS, HttpServer
from chargerctl.simulator.network.link import Link
from chargerctl.simulator.network.names import DNS_PORT, MULTICAST_DNS, Names
from chargerctl.simulator.network.ntp import NTP_PORT, NtpServer, WorldTime
from chargerctl.simulator.network.peer import Server
from chargerctl.simulator.network.servers import Address, Servers
from chargerctl.simulator.network.sockets import Esp32Tcp, Rp2Tcp, TcpSocket, UdpSocket
from chargerctl.simulator.network.station import GATEWAY, AccessPoint, Station
from chargerctl.simulator.network.tap import Tap

Datagram = Callable[[bytes], "bytes | None"]


class Network:
    """See the module's text. `time` is the world's UTC."""

    def __init__(self, board: Any) -> None:
        self.clock = board.clock
        self.events = board.events
        self.is_esp32: bool = board.is_esp32
        self.costs = board.costs
        self.time = WorldTime(self.clock)
        self.ntp = NtpServer(self.time)
        self.access_point = AccessPoint()
        self.station = Station(
            self.clock, self.costs, self.access_point, self.is_esp32, self._station_changed
        )
        self.link = Link(self.clock, self.costs, self.station)
        self.faults = self.link.faults
        self.names = Names(self.link)
        self.servers = Servers()
        self.http = HttpServer(self.clock, self.events)
        for port in HTTP_PORTS:
            self.serve(HTTP_HOST, port, self.http)
        # Open sockets of the program, TCP and UDP.
        self.sockets: set[TcpSocket | UdpSocket] = set()
        # Publishes a payload to the charger; set by the central system's side (uplink.py).
        self.to_charger: Callable[[str | bytes], None] = lambda payload: None
        # Has the broker keep a payload for the charger; likewise.
        self.retain: Callable[[str | bytes], None] = lambda payload: None
        # Says on the charger's connection topic whether anybody answers; likewise.
        self.say: Callable[[str], None] = lambda state: None
        # Called when the board begins a TCP connection.
        self.on_connect: Callable[[], object] = lambda: None
        self._datagrams: dict[Address, Datagram] = {
            (GATEWAY, DNS_PORT): self.names.answer,
            MULTICAST_DNS: self.names.answer_local,
        }
        self._connections: list[Connection] = []
        board.network = self

    # Who is there.

    def serve(self, host: str, port: int, server: Server) -> str:
        """Put `server` at `host` (a name or an IPv4 address); return its address."""
        address = self.names.add(host)
        self.servers.put((address, port), server)
        return address

    def serve_time(self, host: str) -> str:
        """Put the time server at `host`; return its address."""
        address = self.names.add(host)
        self._datagrams[address, NTP_PORT] = self.ntp.answer
        return address

    # What can happen to it.

    def wifi(self, up: bool) -> None:
        """The access point goes (connections fall silent without a FIN or RST) or comes back."""
        self.access_point.up = up
        self.station.access_point_changed()

    def broker(self, up: bool) -> None:
        """The TCP servers go (RST, then refused) or come back."""
        self.servers.up = up
        if not up:
            for connection in list(self._connections):
                connection.fail_server()

    def silent(self, on: bool) -> None:
        """Nothing passes, and neither end notices; what TCP was given meanwhile arrives once it passes again."""
        self.faults.hold_out = self.faults.hold_in = self.faults.drop_datagrams = on

    def half_open(self) -> None:
        """The present connections carry nothing any more, and neither end notices."""
        for connection in list(self._connections):
            connection.freeze()

    def heal(self) -> None:
        """Everything works again: access point, names, time, servers, and the way to them."""
        self.faults.heal()
        self.access_point.heal()
        self.ntp.heal()
        self.broker(True)
        self.wifi(True)

    # What the board's modules ask.

    def tcp_socket(self, kind: type[TcpSocket] | None = None) -> TcpSocket:
        """kind: how it behaves, where it is no port's."""
        socket = (kind or (Esp32Tcp if self.is_esp32 else Rp2Tcp))(self.link, self._connect)
        self.sockets.add(socket)
        return socket

    def udp_socket(self) -> UdpSocket:
        socket = UdpSocket(self.link, self._send_datagram, self.is_esp32)
        self.sockets.add(socket)
        return socket

    def refusal(self, address: Address) -> int:
        """The errno that waiting for a connection to `address` would end in, as things are now; 0: it would be opened."""
        faults = self.faults
        silent = faults.hold_out or faults.hold_in or faults.syn_black_hole
        if silent or not self.link.up or not self.servers.has_host(address[0]):
            return errno.ETIMEDOUT
        return 0 if self.servers.at(address) is not None else errno.ECONNRESET

    def close_socket(self, socket: TcpSocket | UdpSocket) -> None:
        self.sockets.discard(socket)
        socket.close()

    def _connect(self, address: Address) -> Connection:
        self.on_connect()
        tap = Tap(self.events) if address in self.servers and self.events.wanted("frame") else None
        connection = Connection(self.link, self.servers, address, tap, self._forget)
        self._connections.append(connection)
        return connection

    def _send_datagram(self, address: Address, data: bytes, reply: Callable[[bytes, Address], None]) -> None:
        """Send a UDP datagram from the board; `reply(data, sender)` is called when an answer arrives."""
        # The gateway passes on what is meant for all, and the answers.
        link = self.link
        sender = (GATEWAY, address[1]) if address == MULTICAST_DNS else address

        def at_server() -> None:
            handler = self._datagrams.get(address)
            answer = handler(data) if handler is not None and link.passes_datagrams else None
            if answer is not None:
                self.clock.call_in(
                    link.delay_us, lambda: reply(answer, sender) if link.passes_datagrams else None
                )

        self.clock.call_in(link.delay_us, at_server)

    def _forget(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)

    # The board's life.

    def _station_changed(self) -> None:
        """The board's interface went up or down; going down takes its connections along."""
        self.link.noticed()
        if not self.station.up:
            for connection in list(self._connections):
                connection.vanish()

    def vm_ended(self, orderly: bool) -> None:
        """The program ended: sockets closed and radio switched off in order, or just gone with a reset."""
        for socket in list(self.sockets):
            if orderly:
                socket.close()
        self.sockets.clear()
        for connection in list(self._connections):
            connection.vanish()
        self.station.leave()
