# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""MQTT 3.1.1 packets to and from bytes, without I/O.

The packets are amqtt's own classes. Their decoders are coroutines that read from a stream; over a
buffer that holds the whole packet they never wait, so they are run here without an event loop.
"""

from __future__ import annotations

import struct
from collections.abc import Coroutine
from typing import Any, TypeAlias, TypeVar

from amqtt.adapters import BufferReader
from amqtt.errors import AMQTTError, CodecError, MQTTError, NoDataError
from amqtt.mqtt import packet_class
from amqtt.mqtt.packet import MQTTFixedHeader, MQTTPacket

Packet: TypeAlias = MQTTPacket[Any, Any, Any]

PUBLISH = 3

_T = TypeVar("_T")


class MalformedPacketError(ValueError):
    """The bytes are not an MQTT packet; MQTT 3.1.1 section 4.8 requires closing the connection."""


class PacketSplitter:
    """Cuts a byte stream into whole packets, each still as bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the packets completed by `data`; raise MalformedPacketError on a bad length field."""
        self._buffer += data
        packets = []
        while (size := _packet_size(self._buffer)) is not None and size <= len(self._buffer):
            packets.append(bytes(self._buffer[:size]))
            del self._buffer[:size]
        return packets


def _packet_size(buffer: bytearray) -> int | None:
    """Size of the packet at the start of `buffer` with its fixed header, or None if not known yet."""
    length = 0
    for index in range(1, 5):
        if index >= len(buffer):
            return None
        length |= (buffer[index] & 0x7F) << (7 * (index - 1))
        if not buffer[index] & 0x80:
            return index + 1 + length
    raise MalformedPacketError("remaining length of more than four bytes")


def decode(packet: bytes) -> Packet:
    """One whole packet as one of amqtt's packet classes; raise MalformedPacketError."""
    reader = BufferReader(packet)
    try:
        header = _finish(MQTTFixedHeader.from_stream(reader))
        if header is None:
            raise MalformedPacketError("empty packet")
        return _finish(packet_class(header).from_stream(reader, fixed_header=header))
    # Hostile bytes also reach amqtt's decoders as indexing, unpacking and text decoding errors.
    except (AMQTTError, MQTTError, CodecError, NoDataError, ValueError, IndexError, struct.error) as error:
        raise MalformedPacketError(f"{type(error).__name__}: {error}") from error


def _finish(coroutine: Coroutine[Any, Any, _T]) -> _T:
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: _T = done.value
        return result
    coroutine.close()
    raise MalformedPacketError("packet shorter than its length field")
