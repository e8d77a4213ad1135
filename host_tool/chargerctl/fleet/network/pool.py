# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's `socketpool` over the simulated network, for a charger whose passes take no time: no call waits."""

from __future__ import annotations

import errno
from typing import Any

from chargerctl.simulator.network.connection import OPEN
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.network.servers import Address
from chargerctl.simulator.network.sockets import Esp32Tcp, TcpSocket, UdpSocket, error


class Pool:
    """The sockets of one charger."""

    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    SOL_SOCKET = 0xFFF
    SO_REUSEADDR = 0x0004
    IPPROTO_IP = 0
    IPPROTO_TCP = 6
    TCP_NODELAY = 1
    IP_MULTICAST_TTL = 5

    def __init__(self, network: Network) -> None:
        self._network = network

    def socket(self, family: int = AF_INET, kind: int = SOCK_STREAM) -> Socket:
        return Socket(self._network, kind == self.SOCK_STREAM)


class Socket:
    """Made by Pool.socket(). Every call raises OSError as on an ESP32."""

    def __init__(self, network: Network, is_tcp: bool) -> None:
        self._network = network
        self._tcp = network.tcp_socket(_AtOnce) if is_tcp else None
        self._udp = None if is_tcp else network.udp_socket()
        self._any: TcpSocket | UdpSocket = self._tcp or self._udp  # type: ignore[assignment]
        self._any.timeout_us = 0

    def settimeout(self, value: float | None) -> None:
        """Nothing here waits."""

    def setsockopt(self, level: int, optname: int, value: int) -> None:
        if self._tcp is not None and (level, optname) == (Pool.IPPROTO_TCP, Pool.TCP_NODELAY):
            self._tcp.no_delay = bool(value)

    def connect(self, address: Address) -> None:
        if self._tcp is None:
            raise error(errno.EOPNOTSUPP)
        refusal = self._network.refusal(address)
        if refusal:
            raise error(refusal)
        self._tcp.connect(address)

    def send(self, data: Any) -> int:
        if self._tcp is None:
            raise error(errno.EPIPE)
        return self._tcp.send(bytes(data))

    def recv_into(self, buffer: Any, size: int = 0) -> int:
        view = memoryview(buffer)
        size = size or len(view)
        data = self._tcp.receive(size) if self._tcp else self._datagram()[0]
        data = data[:size]
        view[: len(data)] = data
        return len(data)

    def sendto(self, data: Any, address: Address) -> int:
        if self._udp is None:
            raise error(errno.EPIPE)
        return self._udp.send_to(bytes(data), address)

    def recvfrom_into(self, buffer: Any) -> tuple[int, Address]:
        view = memoryview(buffer)
        data, sender = self._datagram()
        data = data[: len(view)]
        view[: len(data)] = data
        return len(data), sender

    def ready(self, flags: int) -> int:
        """For polling."""
        return self._any.ready(flags)

    def close(self) -> None:
        self._network.close_socket(self._any)

    def _datagram(self) -> tuple[bytes, Address]:
        if self._udp is None:
            raise error(errno.EOPNOTSUPP)
        return self._udp.receive()


class _AtOnce(Esp32Tcp):
    """Takes what is sent before the server has answered; what comes of it shows later."""

    def connect(self, address: Address) -> None:
        self._begin(address).state = OPEN
        self._connected = True
