# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One connection of a charger, TCP with or without TLS. Nothing here blocks; what is wrong with the way acts here.

stream = Stream(sockets, way, stir)
stream.connect(family, (address, port), context, host)
stream.opened            # False until it is; raises OSError for what went wrong
stream.send(data)        # how much was taken; raises BlockingIOError, errno EAGAIN, for nothing
stream.receive(most)     # b"" at its end; raises BlockingIOError
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from chargerctl.fleet.firmware.polling import POLLIN
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.realtime import READ, WRITE
from chargerctl.simulator.machine.clock import Timer

# What a board's network stack keeps of what is to be sent (simulator/network/connection.py).
_SEND_BUFFER = 5760
# Of what has come and was not taken: then the other end has to wait.
_RECEIVE_BUFFER = 16_384
_PACE_US = 100_000

_NEW, _CONNECTING, _SHAKING, _OPEN, _OVER = range(5)
_WANT = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


@dataclass
class Way:
    """What is wrong between a charger and its server, to be read; see Network."""

    wifi: bool = True
    broker: bool = True
    silent: bool = False
    bytes_per_s: int = 0

    @property
    def passes(self) -> bool:
        return self.wifi and not self.silent


class Stream:
    """stir: called when something has changed for whoever reads and writes."""

    def __init__(self, sockets: Sockets, way: Way, stir: Callable[[], object]) -> None:
        self._sockets = sockets
        self._driver = sockets.driver
        self._way = way
        self._stir = stir
        self._state = _NEW
        self._sock: socket.socket | None = None
        self._target: tuple[socket.AddressFamily, tuple[str, int]] | None = None
        self._context: ssl.SSLContext | None = None
        self._host = ""
        self._in = b""
        self._out = b""
        self._ended = False
        self._error: OSError | None = None
        self._frozen = False
        self._watched = 0
        self._handshake_wants = 0
        self._pace: Timer | None = None

    # Whoever uses it.

    def connect(
        self,
        family: socket.AddressFamily,
        address: tuple[str, int],
        context: ssl.SSLContext | None = None,
        host: str = "",
    ) -> None:
        """Begin. context and host: for TLS."""
        self._target, self._context, self._host = (family, address), context, host
        self.changed()

    @property
    def opened(self) -> bool:
        if self._error is not None:
            raise self._error
        return self._state == _OPEN

    def ready(self, flags: int) -> int:
        """As fleet/firmware/polling.py wants it: POLLIN, where receive() gives something, be it its end or its error."""
        return flags & POLLIN if self._in or self._ended or self._error else 0

    def send(self, data: bytes | memoryview) -> int:
        if self._error is not None:
            raise self._error
        taken = 0
        if not self._out and self._state == _OPEN and not self._blocked and not self._way.bytes_per_s:
            taken = self._push(data)
        if taken < len(data):
            kept = data[taken : taken + max(0, _SEND_BUFFER - len(self._out))]
            if self._state != _OPEN or not (taken or kept):
                raise _error(errno.EAGAIN)
            self._out += bytes(kept)
            taken += len(kept)
            self._attend()
        return taken

    def receive(self, most: int) -> bytes:
        data = self._in[:most]
        if data:
            full = len(self._in) >= _RECEIVE_BUFFER
            self._in = self._in[most:]
            if full:
                self._go_on_reading()
            return data
        if self._error is not None:
            raise self._error
        if not self._ended:
            raise _error(errno.EAGAIN)
        return b""

    def recv_into(self, room: memoryview, size: int) -> int:
        """As a socket's."""
        data = self.receive(size)
        room[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Nothing of what is still to be sent leaves any more."""
        sock, self._sock = self._sock, None
        begun = self._state in (_SHAKING, _OPEN) and not self._ended and self._error is None
        self._state, self._in, self._out = _OVER, b"", b""
        if self._pace is not None:
            self._pace.cancel()
            self._pace = None
        if sock is None:
            return
        self._driver.watch(sock, 0, self._ready)
        if begun and self._blocked:
            self._sockets.abandon(sock)
        else:
            sock.close()

    # The way.

    def freeze(self) -> None:
        """Nothing passes any more, for ever, and neither end notices."""
        self._frozen = True
        self.changed()

    def fail(self, number: int) -> None:
        """The connection is over with this error, as soon as the charger can hear of it."""
        if self._state not in (_NEW, _OVER) and self._error is None and not self._blocked:
            self._break(_error(number))

    def changed(self) -> None:
        """The way is another one."""
        if self._state == _NEW and not self._blocked and self._target is not None:
            self._state = _CONNECTING
            try:
                self._begin(*self._target)
            except OSError as error:
                self._break(error)
        self._attend()

    def _begin(self, family: socket.AddressFamily, address: tuple[str, int]) -> None:
        if not self._way.broker:
            raise _error(errno.ECONNREFUSED)
        self._sock = self._sockets.open(family)
        self._sock.setblocking(False)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = self._sock.connect_ex(address)
        if number not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            raise _error(number)

    @property
    def _blocked(self) -> bool:
        return self._frozen or not self._way.passes

    # The socket.

    def _attend(self) -> None:
        """Wait for what is wanted now, and for nothing else."""
        sock = self._sock
        if sock is None:
            return
        wanted = 0
        if self._blocked or self._error is not None:
            pass
        elif self._state == _CONNECTING:
            wanted = WRITE
        elif self._state == _SHAKING:
            wanted = self._handshake_wants
        elif self._way.bytes_per_s:
            self._keep_pace()
        else:
            wanted = WRITE if self._out else 0
            if not self._ended and len(self._in) < _RECEIVE_BUFFER:
                wanted |= READ
        if wanted != self._watched:
            self._watched = wanted
            self._driver.watch(sock, wanted, self._ready)

    def _ready(self, events: int) -> None:
        sock = self._sock
        if sock is None or self._blocked:
            return
        try:
            if self._state == _OPEN:
                if events & WRITE and self._out:
                    self._out = self._out[self._push(self._out) :]
                if events & READ:
                    self._pull(_RECEIVE_BUFFER)
            else:
                self._go_on(sock)
        except OSError as error:
            self._break(error)
            return
        self._attend()
        self._stir()

    def _go_on(self, sock: socket.socket) -> None:
        """Connecting, or shaking hands."""
        if self._state == _CONNECTING:
            number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                raise _error(number)
            if self._context is None:
                self._state = _OPEN
                return
            self._driver.watch(sock, 0, self._ready)
            self._watched = 0
            # Its descriptor goes over to the new socket, or is gone when the other end has reset the connection meanwhile.
            plain, self._sock = sock, None
            try:
                sock = self._sock = self._context.wrap_socket(
                    plain, server_hostname=self._host, do_handshake_on_connect=False
                )
            finally:
                plain.close()
            self._state = _SHAKING
        assert isinstance(sock, ssl.SSLSocket)
        try:
            sock.do_handshake()
        except ssl.SSLWantReadError:
            self._handshake_wants = READ
        except ssl.SSLWantWriteError:
            self._handshake_wants = WRITE
        else:
            self._state = _OPEN

    def _push(self, data: bytes | memoryview) -> int:
        assert self._sock is not None
        try:
            return self._sock.send(data)
        except (BlockingIOError, *_WANT):
            return 0

    def _pull(self, most: int) -> None:
        """Of TLS all that was decrypted: the selector does not know of it."""
        sock = self._sock
        assert sock is not None
        room = most - len(self._in)
        while room > 0:
            try:
                data = sock.recv(room)
            except (BlockingIOError, *_WANT):
                return
            if not data:
                self._ended = True
                return
            self._in += data
            room -= len(data)
            if self._context is None:
                return

    def _go_on_reading(self) -> None:
        """There is room again."""
        if self._context is not None and self._sock is not None and not self._blocked:
            # What TLS has decrypted already makes no socket ready.
            try:
                self._pull(_RECEIVE_BUFFER)
            except OSError as error:
                self._break(error)
        self._attend()

    def _keep_pace(self) -> None:
        if self._pace is None:
            rate = self._way.bytes_per_s
            pause_us = max(_PACE_US, 1_000_000 // rate)
            self._pace = self._driver.clock.call_in(
                pause_us, lambda: self._trickle(rate * pause_us // 1_000_000)
            )

    def _trickle(self, size: int) -> None:
        self._pace = None
        if self._sock is None or self._blocked or self._state != _OPEN or self._error is not None:
            return
        had = len(self._in)
        try:
            self._out = self._out[self._push(self._out[:size]) :] if self._out else b""
            if not self._ended:
                self._pull(min(_RECEIVE_BUFFER, had + size))
        except OSError as error:
            self._break(error)
            return
        if len(self._in) > had or self._ended:
            self._stir()
        self._attend()

    def _break(self, error: OSError) -> None:
        self._error = error
        if self._sock is not None:
            self._driver.watch(self._sock, 0, self._ready)
            self._watched = 0
            self._sock.close()
            self._sock = None
        self._stir()


def _error(number: int) -> OSError:
    """With its errno, as the class that Python has for it."""
    return OSError(number, os.strerror(number))
