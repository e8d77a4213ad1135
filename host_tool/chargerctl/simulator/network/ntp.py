# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The world's time, and the NTP server that tells it, rightly or wrongly."""

from __future__ import annotations

import struct
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chargerctl.simulator.clock import Clock

NTP_PORT = 123
NTP_TO_UNIX = 2_208_988_800  # seconds from 1900 to 1970
PACKET_SIZE = 48

# Virtual time starts here, so that every run is the same.
START_UNIX = int(datetime(2026, 11, 22, 7, 30, tzinfo=timezone.utc).timestamp())

_CLIENT, _SERVER = 3, 4


class WorldTime:
    """UTC of the simulated world, from `start_unix` on: by default now in real time, else START_UNIX."""

    def __init__(self, clock: Clock, start_unix: float | None = None) -> None:
        self._clock = clock
        if start_unix is None:
            start_unix = time.time() if clock.realtime else START_UNIX
        self._start = start_unix

    def unix(self) -> float:
        """Seconds since 1970."""
        return self._start + self._clock.now_us / 1_000_000


class NtpServer:
    """Answers NTP requests (RFC 5905). What it tells is the world's time plus `offset_s`."""

    def __init__(self, world: WorldTime) -> None:
        self.requests = 0
        self._world = world
        self.heal()

    def heal(self) -> None:
        """Answer every request, rightly."""
        # Set back or forth to have the server tell a wrong time.
        self.offset_s = 0.0
        # Faults: no answer; an answer without a time that says "go away" (kiss of death); one cut short.
        self.silent = False
        self.refuses = False
        self.short = False

    def answer(self, request: bytes) -> bytes | None:
        """The answer to one datagram, or None."""
        if len(request) < PACKET_SIZE or request[0] & 7 != _CLIENT:
            return None
        self.requests += 1
        if self.silent:
            return None
        version = request[0] & 0x38
        transmit_of_client = request[40:48]
        if self.refuses:
            header = struct.pack("!BBbb8s4s", version | _SERVER, 0, 6, -20, bytes(8), b"DENY")
            return header + bytes(8) + transmit_of_client + bytes(16)
        now = _timestamp(self._world.unix() + self.offset_s)
        header = struct.pack("!BBbb8s4s", version | _SERVER, 1, 6, -20, bytes(8), b"SIM\0")
        packet = header + now + transmit_of_client + now + now
        return packet[:20] if self.short else packet


def _timestamp(unix: float) -> bytes:
    seconds = int(unix)
    fraction = int((unix - seconds) * (1 << 32))
    return struct.pack("!II", (seconds + NTP_TO_UNIX) & 0xFFFFFFFF, fraction)
