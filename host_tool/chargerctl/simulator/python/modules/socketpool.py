# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's `socketpool`, over the simulated network. What the sockets do is in network/sockets.py."""

from __future__ import annotations

import errno
from types import ModuleType
from typing import Any

from chargerctl.simulator.network.sockets import error
from chargerctl.simulator.python.module import new_module

MAX_SOCKETS = 8

_NO_SERVER = "the virtual board takes no connections"


class Socket:
    """A TCP or UDP socket. Made by SocketPool.socket()."""

    def __init__(self, pool: SocketPool, kind: int) -> None:
        self._pool = pool
        self._network = pool._network
        self._kind = kind
        self._closed = False
        is_tcp = kind == SocketPool.SOCK_STREAM
        self._tcp = self._network.tcp_socket() if is_tcp else None
        self._udp = None if is_tcp else self._network.udp_socket()

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def type(self) -> int:
        return self._kind

    def accept(self) -> tuple[Socket, tuple[str, int]]:
        raise NotImplementedError(_NO_SERVER)

    def bind(self, address: tuple[str, int]) -> None:
        self._call()
        if self._tcp is not None:
            raise NotImplementedError(_NO_SERVER)

    def listen(self, backlog: int) -> None:
        raise NotImplementedError(_NO_SERVER)

    def close(self) -> None:
        if not self._closed:
            self._network.clock.spend(self._network.costs.socket_call)
            self._closed = True
            self._network.close_socket(self._tcp or self._udp)

    def connect(self, address: tuple[str, int]) -> None:
        self._call()
        host, port = address
        resolved = self._pool._resolve(host), port
        if self._tcp is None:
            raise NotImplementedError("connected UDP sockets")
        self._tcp.connect(resolved)

    def recvfrom_into(self, buffer: Any) -> tuple[int, tuple[str, int]]:
        self._call()
        view = memoryview(buffer)
        if self._udp is None:
            raise NotImplementedError("recvfrom_into on a TCP socket")
        data, sender = self._udp.receive()
        return _fill(view, data), sender

    def recv_into(self, buffer: Any, bufsize: int = 0) -> int:
        self._call()
        view = memoryview(buffer)
        if bufsize > len(view):
            raise ValueError("buffer too small for requested bytes")
        if bufsize > 0:
            view = view[:bufsize]
        if not len(view):
            return 0
        return _fill(view, self._tcp.receive(len(view)) if self._tcp else self._udp_receive())

    def send(self, bytes: Any) -> int:
        self._call()
        if self._tcp is None:
            raise error(errno.EPIPE)
        return self._tcp.send(_bytes(bytes))

    def sendall(self, bytes: Any) -> None:
        data = _bytes(bytes)
        while data:
            data = data[self.send(data) :]

    def sendto(self, bytes: Any, address: tuple[str, int]) -> int:
        self._call()
        host, port = address
        resolved = self._pool._resolve(host), port
        if self._udp is None:
            raise error(errno.EPIPE)
        return self._udp.send_to(_bytes(bytes), resolved)

    def setblocking(self, flag: bool) -> None:
        self.settimeout(None if flag else 0)

    def setsockopt(self, level: int, optname: int, value: int) -> None:
        self._call()
        pool = SocketPool
        known = ((pool.SOL_SOCKET, pool.SO_REUSEADDR), (pool.IPPROTO_TCP, pool.TCP_NODELAY))
        if (level, optname) not in (*known, (pool.IPPROTO_IP, pool.IP_MULTICAST_TTL)):
            raise error(errno.EOPNOTSUPP)
        if self._tcp is not None and (level, optname) == (pool.IPPROTO_TCP, pool.TCP_NODELAY):
            self._tcp.no_delay = bool(value)

    def settimeout(self, value: float | None) -> None:
        self._call()
        timeout_us = None if value is None else int(1000 * value) * 1000
        (self._tcp or self._udp).timeout_us = timeout_us  # type: ignore[union-attr]

    def _call(self) -> None:
        """Any call: it takes time, and the socket must be open."""
        self._network.clock.spend(self._network.costs.socket_call)
        if self._closed:
            raise error(errno.EBADF)

    def _udp_receive(self) -> bytes:
        return self._udp.receive()[0] if self._udp else b""

    def _ready(self, flags: int) -> int:
        """For select.poll."""
        if self._closed:
            raise error(errno.EBADF)
        return (self._tcp or self._udp).ready(flags)  # type: ignore[union-attr]


class SocketPool:
    """Sockets of the board's radio."""

    class gaierror(OSError):  # noqa: N801, N818 - CircuitPython's name
        """Errors of getaddrinfo."""

    AF_INET = 2
    AF_INET6 = 10
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    SOCK_RAW = 3
    EAI_NONAME = -2
    SOL_SOCKET = 0xFFF
    SO_REUSEADDR = 0x0004
    TCP_NODELAY = 0x01
    IPPROTO_IP = 0
    IPPROTO_ICMP = 1
    IPPROTO_TCP = 6
    IPPROTO_UDP = 17
    IPPROTO_IPV6 = 41
    IPPROTO_RAW = 255
    IP_MULTICAST_TTL = 5

    def __init__(self, radio: Any) -> None:
        self._network = radio._network

    def socket(self, family: int = AF_INET, type: int = SOCK_STREAM, proto: int = IPPROTO_IP) -> Socket:
        network = self._network
        network.clock.spend(network.costs.socket_call)
        if family != self.AF_INET or type not in (self.SOCK_STREAM, self.SOCK_DGRAM):
            raise NotImplementedError("Unsupported socket type")
        if len(network.sockets) >= MAX_SOCKETS:
            raise RuntimeError("Out of sockets")
        return Socket(self, type)

    def getaddrinfo(
        self, host: str, port: int, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        self._network.clock.spend(self._network.costs.socket_call)
        address = self._resolve(host)
        return [(self.AF_INET, type or self.SOCK_STREAM, proto, "", (address, port))]

    def _resolve(self, host: str) -> str:
        address: str | None = self._network.names.look_up(host)
        if address is None:
            raise self.gaierror(self.EAI_NONAME, "Name or service not known")
        return address


def _fill(view: memoryview, data: bytes) -> int:
    count = min(len(view), len(data))
    view[:count] = data[:count]
    return count


def _bytes(data: Any) -> bytes:
    if isinstance(data, str):
        raise TypeError("object with buffer protocol required")
    return bytes(data)


def make(board: Any) -> ModuleType:
    """The module for one start of the VM."""
    board.at_vm_end(board.network.vm_ended)
    return new_module("socketpool", Socket, SocketPool)
