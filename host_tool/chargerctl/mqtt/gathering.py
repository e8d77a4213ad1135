# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A client of paho-mqtt on a socket with buffers. By itself it reads each packet in three or four pieces and writes each by
itself; every such call of the system also lets another thread run, which then has to be waited for."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING

from paho.mqtt.client import Client

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike

# Received in one call; and what is gathered at most before it is sent.
_SIZE = 1 << 16
_LATER = BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError


class GatheringSocket:
    """Around one that does not block. Nothing is sent before flush(); receive_more() lets it receive once."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._came = b""
        self._at = 0
        self._may_receive = False
        self._to_send = bytearray()

    def receive_more(self) -> None:
        """There may be something: what is received next may come from the network."""
        self._may_receive = True

    def pending(self) -> int:
        """Whether something has been received of which the loop, which watches the network, knows nothing."""
        return len(self._came) - self._at or self._decrypted()

    def flush(self) -> bool:
        """Send what the network takes; whether that was all. OSError if the connection is lost."""
        with contextlib.suppress(*_LATER):
            while self._to_send:
                del self._to_send[: self._socket.send(self._to_send)]
        return not self._to_send

    # As paho-mqtt needs it.

    def recv(self, size: int) -> bytes:
        if self._at == len(self._came):
            if not self._may_receive and not self._decrypted():
                raise BlockingIOError
            self._may_receive = False
            self._came, self._at = self._socket.recv(_SIZE), 0
        part = self._came[self._at : self._at + size]
        self._at += len(part)
        return part

    def send(self, data: bytes | bytearray) -> int:
        if len(self._to_send) >= _SIZE and not self.flush():
            raise BlockingIOError
        self._to_send += data
        return len(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.flush()
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:
        self._socket.setblocking(flag)

    def _decrypted(self) -> int:
        return self._socket.pending() if isinstance(self._socket, ssl.SSLSocket) else 0


class GatheringClient(Client):
    """Its socket() is a GatheringSocket."""

    def _create_socket(self) -> SocketLike:
        return GatheringSocket(super()._create_socket())  # type: ignore[arg-type]
