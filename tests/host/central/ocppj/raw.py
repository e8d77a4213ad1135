# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A client that sends whatever bytes it likes, and reads only when it is told to."""

from __future__ import annotations

import socket
import struct

REQUEST = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: ocpp1.6\r\n{more}\r\n"
)

TEXT, CLOSE, PING = 0x1, 0x8, 0x9
FINAL, COMPRESSED = 0x80, 0x40


class RawClient:
    """A socket; use it in a with statement."""

    def __init__(self, port: int, timeout_s: float = 60) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout_s)

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> bool:
        """False: the server has cut the connection."""
        try:
            self.socket.sendall(data)
        except (ConnectionError, TimeoutError):
            return False
        return True

    def ask(self, path: str = "/ocpp/CP1", more: str = "", request: str = REQUEST) -> str:
        """Send a handshake; the head of the answer, or "" if there was none."""
        self.send(request.format(path=path, more=more).encode("utf-8", "surrogateescape"))
        return self.head()

    def head(self) -> str:
        data = b""
        while b"\r\n\r\n" not in data:
            try:
                more = self.socket.recv(1)
            except ConnectionError:
                return ""
            if not more:
                return ""
            data += more
        return data.decode()

    def rest(self) -> bytes:
        """Everything until the server ends the connection."""
        data = b""
        try:
            while more := self.socket.recv(65536):
                data += more
        except ConnectionError:
            pass
        return data


def frame(kind: int, data: bytes, flags: int = FINAL, length: int | None = None) -> bytes:
    """A frame as a client sends it, masked with zeros. length: what its head says instead of the truth."""
    size = len(data) if length is None else length
    if size < 126:
        head = struct.pack("!BB", flags | kind, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", flags | kind, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", flags | kind, 0x80 | 127, size)
    return head + bytes(4) + data


def close_code(rest: bytes) -> int:
    """The code in a short close frame at the beginning."""
    assert rest[0] == FINAL | CLOSE, rest
    return int.from_bytes(rest[2:4], "big")
