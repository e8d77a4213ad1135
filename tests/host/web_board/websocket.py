# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's end of /cp/serial/: frames as CircuitPython writes and reads them, byte for byte."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
from collections.abc import Callable

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def accepted(key: str) -> str:
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """At most 64 KB, never masked."""
    head = bytes((0x80 | opcode,))
    if len(payload) <= 125:
        return head + bytes((len(payload),)) + payload
    return head + bytes((126,)) + struct.pack(">H", len(payload)) + payload


def serve(connection: socket.socket, type_key: Callable[[int], None]) -> None:
    """Read frames until the other end goes; each byte of text is typed."""
    stream = connection.makefile("rb")
    while len(head := stream.read(2)) == 2:
        opcode, size = head[0] & 0xF, head[1] & 0x7F
        if size >= 126:
            (size,) = struct.unpack(">H" if size == 126 else ">Q", stream.read(2 if size == 126 else 8))
        mask = stream.read(4) if head[1] & 0x80 else bytes(4)
        payload = stream.read(size)
        if opcode == TEXT:
            for at, byte in enumerate(payload):
                type_key(byte ^ mask[at % 4])
        elif opcode in (PING, CLOSE):
            # What came is sent back as it came, still masked.
            connection.sendall(frame(payload, PONG if opcode == PING else CLOSE))
            if opcode == CLOSE:
                return
