# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the sockets of the two chip families do, each with the error numbers and the waiting of its own port.

From CircuitPython's ports/espressif and ports/raspberrypi, common-hal/socketpool/Socket.c. What is left out: listening,
raw sockets and IPv6.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from chargerctl.simulator.network.connection import (
    ABORTED,
    CLOSED,
    CONNECTING,
    OPEN,
    PEER_CLOSED,
    RESET,
    Connection,
)
from chargerctl.simulator.network.link import Link
from chargerctl.simulator.network.servers import Address

POLL_IN, POLL_OUT = 1, 4

CONNECT_STEP_US = 100_000

# How often, and how long apart, an RP2 tries to queue what it has committed itself to send while memory is short.
SEND_TRIES, SEND_STEP_US = 200, 50_000

# How a datagram leaves: (where to, data, what takes an answer and its sender).
Send: TypeAlias = Callable[[Address, bytes, Callable[[bytes, Address], None]], None]

# lwIP reports a refused connection as a reset one.
_BROKEN = {RESET: errno.ECONNRESET, ABORTED: errno.ECONNABORTED, CLOSED: errno.ENOTCONN}


def error(number: int) -> OSError:
    """An OSError whose errno is set, as on the board."""
    return OSError(number, errno.errorcode[number])


class TcpSocket:
    """A stream socket; `timeout_us` None blocks without limit, 0 never. Subclasses are the ports."""

    def __init__(self, link: Link, new_connection: Callable[[Address], Connection]) -> None:
        self.timeout_us: int | None = None
        self.no_delay = False
        self.connection: Connection | None = None
        self._link = link
        self._new_connection = new_connection
        self._clock = link.clock

    def connect(self, address: Address) -> None:
        """Connect to a resolved address."""
        raise NotImplementedError

    def receive(self, size: int) -> bytes:
        """Up to `size` > 0 bytes; b"" when the peer closed, where the port reports that so."""
        raise NotImplementedError

    def send(self, data: bytes) -> int:
        """Send some of `data`; return how much."""
        raise NotImplementedError

    def ready(self, flags: int) -> int:
        """Which of POLL_IN and POLL_OUT hold."""
        raise NotImplementedError

    def close(self) -> None:
        """Close in order."""
        if self.connection is not None:
            self.connection.close()

    def _begin(self, address: Address) -> Connection:
        if not self._link.station.up:
            raise error(errno.EHOSTUNREACH)
        self.connection = self._new_connection(address)
        return self.connection


class Esp32Tcp(TcpSocket):
    """ESP32: connect waits in steps of 100 ms, errors of an established connection are easily missed."""

    def __init__(self, link: Link, new_connection: Callable[[Address], Connection]) -> None:
        super().__init__(link, new_connection)
        self._connected = False
        self._error_swallowed = False

    def connect(self, address: Address) -> None:
        connection = self._begin(address)
        timeout_us = self.timeout_us
        if timeout_us is not None:
            timeout_us = -(-timeout_us // CONNECT_STEP_US) * CONNECT_STEP_US
        self._clock.wait(lambda: connection.state != CONNECTING, timeout_us)
        if connection.state == CONNECTING:
            raise error(errno.ETIMEDOUT)  # the attempt goes on, but its result cannot be used
        if connection.state != OPEN:
            raise error(_BROKEN[connection.state])
        self._connected = True

    def receive(self, size: int) -> bytes:
        connection = self.connection
        if connection is not None and connection.available:
            return connection.read(size)
        if self.timeout_us == 0:
            self._raise_at_once(connection)
        if connection is not None:
            self._clock.wait(lambda: connection.available or connection.state == PEER_CLOSED, self.timeout_us)
            if connection.available:
                return connection.read(size)
            if connection.state == PEER_CLOSED:
                return b""
        else:
            self._clock.wait(lambda: False, self.timeout_us)
        raise error(errno.ETIMEDOUT)

    def _raise_at_once(self, connection: Connection | None) -> None:
        if connection is not None and connection.state in (CONNECTING, OPEN):
            raise error(errno.EAGAIN)
        if connection is not None and connection.state in (RESET, ABORTED) and not self._error_swallowed:
            self._error_swallowed = True  # lwIP gives the error once, the port reports it as EAGAIN
            raise error(errno.EAGAIN)
        self._connected = False
        raise error(errno.ENOTCONN)

    def send(self, data: bytes) -> int:
        connection = self.connection
        if connection is None or not self._connected:
            raise error(errno.EPIPE)
        if connection.state in _BROKEN:
            self._connected = False
            raise error(_BROKEN[connection.state])
        count = connection.write(data, self.no_delay)
        if not count:
            raise error(errno.EAGAIN)
        return count

    def ready(self, flags: int) -> int:
        connection = self.connection
        if connection is None or connection.state in (PEER_CLOSED, RESET, ABORTED):
            return flags
        readable = POLL_IN if connection.available else 0
        writable = POLL_OUT if connection.state == OPEN and connection.send_space else 0
        return flags & (readable | writable)


class Rp2Tcp(TcpSocket):
    """RP2: connect takes at least 100 ms and may go on after EINPROGRESS; a reset does not wake a poll."""

    def connect(self, address: Address) -> None:
        if self.connection is not None:
            raise error(errno.EISCONN if self.connection.state == OPEN else errno.EALREADY)
        connection = self._begin(address)
        if self.timeout_us is None:
            self._clock.wait(lambda: connection.state != CONNECTING)
        else:
            for _step in range(self.timeout_us // CONNECT_STEP_US):
                self._clock.spend(CONNECT_STEP_US)
                if connection.state != CONNECTING:
                    break
        if connection.state == CONNECTING:
            raise error(errno.EINPROGRESS)
        if connection.state != OPEN:
            raise error(_BROKEN[connection.state])

    def receive(self, size: int) -> bytes:
        connection = self.connection
        if connection is None:
            raise error(errno.EAGAIN if self.timeout_us == 0 else errno.ENOTCONN)
        if connection.state not in _BROKEN and not connection.available and self.timeout_us != 0:
            ended = self._clock.wait(
                lambda: connection.available or connection.state != OPEN,
                self.timeout_us,
            )
            if not ended:
                raise error(errno.ETIMEDOUT)
        if connection.state in _BROKEN:
            raise error(_BROKEN[connection.state])
        if connection.available:
            return connection.read(size)
        if connection.state == PEER_CLOSED:
            return b""
        raise error(errno.EAGAIN if self.timeout_us == 0 else errno.ENOTCONN)

    def send(self, data: bytes) -> int:
        connection = self.connection
        if connection is None or connection.state != OPEN:
            raise error(errno.EPIPE)
        if not connection.send_space and self.timeout_us != 0:
            self._clock.wait(lambda: connection.send_space >= 16 or connection.state != OPEN, self.timeout_us)
            if connection.state in _BROKEN:
                raise error(_BROKEN[connection.state])
            if not connection.send_space:
                raise error(errno.ETIMEDOUT)
        if not connection.send_space:
            raise error(errno.EAGAIN)
        self._wait_for_memory()
        count = connection.write(data, self.no_delay)
        if not count:
            raise error(_BROKEN.get(connection.state, errno.EAGAIN))
        return count

    def _wait_for_memory(self) -> None:
        """Also with a timeout of 0: by then the port has committed itself."""
        for _try in range(SEND_TRIES):
            if not self._link.faults.memory_short:
                return
            self._clock.spend(SEND_STEP_US)
        raise error(errno.ENOMEM)

    def ready(self, flags: int) -> int:
        connection = self.connection
        if connection is None:
            return 0
        readable = POLL_IN if connection.available or connection.state == PEER_CLOSED else 0
        writable = POLL_OUT if connection.state != CONNECTING and connection.send_space else 0
        return flags & (readable | writable)


class UdpSocket:
    """A datagram socket: ESP32 keeps six datagrams, RP2 one; more are lost."""

    def __init__(self, link: Link, send: Send, is_esp32: bool) -> None:
        self.timeout_us: int | None = None
        self._link = link
        self._send = send
        self._is_esp32 = is_esp32
        self._mailbox = 6 if is_esp32 else 1
        self._arrived: deque[tuple[bytes, Address]] = deque()

    def send_to(self, data: bytes, address: Address) -> int:
        """Send a datagram to a resolved address."""
        if not self._link.station.up:
            raise error(errno.EPIPE)
        if self._link.faults.memory_short and not self._is_esp32:
            raise error(errno.ENOMEM)
        self._send(address, data, self._arrive)
        return len(data)

    def receive(self) -> tuple[bytes, Address]:
        """The next datagram and its sender."""
        if not self._arrived:
            if self.timeout_us == 0:
                raise error(errno.EAGAIN)
            if not self._link.clock.wait(lambda: self._arrived, self.timeout_us):
                raise error(errno.ETIMEDOUT)
        return self._arrived.popleft()

    def ready(self, flags: int) -> int:
        """Which of POLL_IN and POLL_OUT hold."""
        return flags & (POLL_OUT | (POLL_IN if self._arrived else 0))

    def close(self) -> None:
        """Nothing more arrives."""
        self._mailbox = 0
        self._arrived.clear()

    def _arrive(self, data: bytes, sender: Address) -> None:
        if len(self._arrived) < self._mailbox:
            self._arrived.append((data, sender))
            self._link.noticed()
