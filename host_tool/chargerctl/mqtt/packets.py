# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What amqtt reads from one client, which may be hostile: whole packets, within bounds that amqtt does not have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from amqtt.adapters import StreamReaderAdapter

MOST_BYTES = 270_000
"""Of a packet. The central system takes no frame of more than 256 KB; the packet has topic and headers besides."""

_PUBLISH = 3
_EXACTLY_ONCE = 2
# What a client may send in a second for any length of time, and at once. A small packet costs no less than one of 500 bytes.
_BYTES_PER_S = 1_000_000
_AT_ONCE = 4_000_000
_LEAST = 500


class Packets(StreamReaderAdapter):
    """`first`: what was read already. refused(text): why the client's connection ends.

    QoS 2 has no use in OCPP over MQTT, and amqtt keeps each such message until the client releases it: for ever, if it
    likes. Who sends faster than amqtt can hand on is read from more slowly.
    """

    def __init__(self, reader: asyncio.StreamReader, first: bytes, refused: Callable[[str], object]) -> None:
        super().__init__(reader)
        self._packet = first
        self._refused = refused
        self._clock = asyncio.get_running_loop().time
        self._paid_until = 0.0

    async def read(self, n: int = -1) -> bytes:
        """As amqtt asks for it: some bytes of a packet, never of two."""
        if not self._packet and n:
            self._packet = await self._next()
        taken, self._packet = self._packet[:n], self._packet[n:]
        return taken

    async def _next(self) -> bytes:
        head = await self._reader.readexactly(1)
        if head[0] >> 4 == _PUBLISH and head[0] >> 1 & 3 >= _EXACTLY_ONCE:
            self._end("it publishes with QoS 2: this broker has QoS 0 and 1")
        length = shift = 0
        while True:
            digit = await self._reader.readexactly(1)
            head += digit
            length |= (digit[0] & 0x7F) << shift
            shift += 7
            if length > MOST_BYTES or shift > 21:
                self._end(f"it sends a packet of more than {MOST_BYTES} bytes")
            if not digit[0] & 0x80:
                break
        packet = head + await self._reader.readexactly(length)
        await self._pace(len(packet))
        return packet

    async def _pace(self, size: int) -> None:
        now = self._clock()
        earliest = now - _AT_ONCE / _BYTES_PER_S
        self._paid_until = max(self._paid_until, earliest) + max(size, _LEAST) / _BYTES_PER_S
        if self._paid_until > now:
            await asyncio.sleep(self._paid_until - now)

    def _end(self, why: str) -> None:
        self._refused(why)
        raise ConnectionResetError  # amqtt ends the connection
