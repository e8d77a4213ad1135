# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The world's time, and the NTP server that sends it, right or wrong."""

from __future__ import annotations

import struct
import time
from datetime import UTC, datetime

from chargerctl.simulator.machine.clock import Clock

NTP_PORT = 123
NTP_TO_UNIX = 2_208_988_800  # seconds from 1900 to 1970
PACKET_SIZE = 48

# Virtual time starts here, so that every run is the same.
START_UNIX = int(datetime(2026, 11, 22, 7, 30, tzinfo=UTC).timestamp())

_CLIENT, _SERVER = 3, 4


class WorldTime:
    """UTC of the simulated world: in real time from now on, else from START_UNIX. start: Unix time at the clock's zero."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.start = time.time() if clock.realtime else START_UNIX

    def unix(self) -> float:
        """Seconds since 1970."""
        return self.start + self._clock.now_us / 1_000_000


# How an NtpServer may behave, by the words of the script language.
BEHAVIOURS = ("up", "silent", "unsynchronised", "foreign", "kiss", "wrong")

# An answer that the charger must reject is wrong by this much, so that a test notices when it is used.
_ASTRAY_S = 11_111_111


class NtpServer:
    """Answers NTP requests (RFC 5905) with the world's time plus `offset_s`."""

    def __init__(self, world: WorldTime) -> None:
        self.requests = 0
        self._world = world
        self.heal()

    def heal(self) -> None:
        """Answer every request with the right time."""
        # How far the time in the answers is wrong.
        self.offset_s = 0.0
        # A server that has lost its own source reports that by a leap indicator of 3 or a stratum of 0 or 16.
        self.leap = 0
        self.stratum = 1
        # Faults: no answer; a kiss of death, without a time; one to another client's request.
        self.silent = False
        self.refuses = False
        self.foreign = False

    def behave(self, how: str, offset_s: float = 0.0) -> None:
        """One of BEHAVIOURS; `offset_s` is for "wrong"."""
        self.heal()
        self.silent = how == "silent"
        self.refuses = how == "kiss"
        self.foreign = how == "foreign"
        if how == "unsynchronised":
            self.leap, self.stratum = 3, 16
        self.offset_s = offset_s if how in ("up", "wrong") else _ASTRAY_S

    def answer(self, request: bytes) -> bytes | None:
        """The answer to one datagram, or None."""
        if len(request) < PACKET_SIZE or request[0] & 7 != _CLIENT:
            return None
        self.requests += 1
        if self.silent:
            return None
        # Version and mode; a kiss of death also has the leap indicator of an unsynchronised clock.
        first = (3 if self.refuses else self.leap) << 6 | request[0] & 0x38 | _SERVER
        stratum, reference = (0, b"RATE") if self.refuses else (self.stratum, b"SIM\0")
        header = struct.pack("!BBbb8s4s", first, stratum, 6, -20, bytes(8), reference)
        origin = bytes(8) if self.foreign else request[40:48]
        if self.refuses:
            return header + bytes(8) + origin + bytes(16)
        now = _timestamp(self._world.unix() + self.offset_s)
        return header + now + origin + now + now


def _timestamp(unix: float) -> bytes:
    seconds = int(unix)
    fraction = int((unix - seconds) * (1 << 32))
    return struct.pack("!II", (seconds + NTP_TO_UNIX) & 0xFFFFFFFF, fraction)
