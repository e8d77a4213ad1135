# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Asks a time server as the charger does (SNTP, RFC 4330), and compares its time with the laptop's."""

from __future__ import annotations

import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterator

from chargerctl.doctor.finding import FAILED, OK, WARNING, Finding

PORT = 123
TRIES = 3
WAIT_S = 2.0
# The central system takes the charger's times for true: a minute is much more than a network's delay.
MOST_S = 60
_TO_UNIX = 2_208_988_800  # seconds from 1900 to 1970
_ERA = 1 << 32
_PIVOT = 1_500_000_000  # of 2017: an earlier time is of the era that begins in 2036
_PACKET = struct.Struct("!BBbbII4sQQQQ")

Exchange = Callable[[bytes], bytes]


class NoTimeError(Exception):
    """Why there is no time from a server."""


def request(mark: int) -> bytes:
    """A client's request; mark: 64 bits that the answer repeats."""
    return _PACKET.pack(0x23, 0, 0, 0, 0, 0, b"", 0, 0, 0, mark)


def unix_time(answer: bytes, mark: int) -> float:
    """The server's time in Unix seconds; NoTimeError where it must not be used."""
    if len(answer) < _PACKET.size:
        raise NoTimeError("its answer is too short")
    first, stratum, _, _, _, _, reference, _, echoed, _, sent = _PACKET.unpack_from(answer)
    if echoed != mark or first & 7 != 4:
        raise NoTimeError("its answer belongs to another request")
    if stratum == 0:
        code = "".join(chr(byte) for byte in reference if 65 <= byte <= 90)
        raise NoTimeError(f"it refuses requests: {code}")
    if first >> 6 == 3 or stratum > 15 or not sent:
        raise NoTimeError("it is not synchronised itself")
    seconds = sent / _ERA - _TO_UNIX
    return seconds if seconds > _PIVOT else seconds + _ERA


def over_network(server: str, port: int = PORT, wait_s: float = WAIT_S) -> Exchange:
    """Sends one request and returns the answer; OSError."""

    def exchange(data: bytes) -> bytes:
        family, kind, protocol, _, address = socket.getaddrinfo(server, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as endpoint:
            endpoint.settimeout(wait_s)
            endpoint.connect(address)
            endpoint.send(data)
            return endpoint.recv(512)

    return exchange


def check_time(server: str, exchange: Exchange, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Two findings: whether the server answers, and how far the laptop's clock is from it."""
    try:
        offset = _offset(exchange, now)
    except NoTimeError as error:
        yield Finding("time server", FAILED, f"{server}: {error}", "set another [ntp] server")
        return
    except OSError as error:
        why = "no answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
        yield Finding(
            "time server",
            FAILED,
            f"{server}, UDP port {PORT}: {why}",
            "set another [ntp] server, or let UDP port 123 through the router; until then the charger takes the central "
            "system's time",
        )
        return
    yield Finding("time server", OK, f"{server} answers")
    if abs(offset) > MOST_S:
        yield Finding(
            "clock",
            WARNING,
            f"this computer's clock is {_how_far(offset)} {server}",
            "set the clock of this computer: certificates and the times in logs are judged by it",
        )
    else:
        yield Finding("clock", OK, f"this computer's clock is {_how_far(offset)} {server}")


def _offset(exchange: Exchange, now: Callable[[], float]) -> float:
    """How far the laptop's clock is ahead, in seconds; asks again where no answer comes."""
    for left in reversed(range(TRIES)):
        mark = secrets.randbits(63) + 1
        before = now()
        try:
            answer = exchange(request(mark))
        except TimeoutError:
            if not left:
                raise
            continue
        return (before + now()) / 2 - unix_time(answer, mark)
    raise AssertionError("not reached")


def _how_far(offset: float) -> str:
    if abs(offset) < 1:
        return "within a second of"
    return f"{abs(offset):,.0f} s {'ahead of' if offset > 0 else 'behind'}"
