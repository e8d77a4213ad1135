# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The names that exist: for getaddrinfo, which blocks as lwIP does on the board, and as a name server (RFC 1035)."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

from chargerctl.simulator.network.link import Link

DNS_TIMEOUT_US = 7_000_000
"""What a name server that does not answer costs."""

DNS_PORT = 53
MULTICAST_DNS = ("224.0.0.251", 5353)
"""Where names in .local are asked for (RFC 6762)."""

_A, _IN = 1, 1
_POINTER_TO_QUESTION = 0xC00C
_TTL_S = 60
_RESPONSE, _AUTHORITATIVE, _RECURSION = 0x8000, 0x0400, 0x0180
_NO_ERROR, _FORMAT_ERROR, _NO_SUCH_NAME = 0, 1, 3


def is_address(host: str) -> bool:
    """Whether `host` is a dotted IPv4 address."""
    parts = host.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)


class Names:
    """The names that exist. Addresses are given out in the order of naming."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._addresses: dict[str, str] = {}

    def add(self, host: str) -> str:
        """Make `host` (a name or an address) exist; return its address."""
        if is_address(host):
            return host
        return self._addresses.setdefault(host.lower(), f"10.0.0.{10 + len(self._addresses)}")

    def look_up(self, host: str) -> str | None:
        """Resolve on the board: spends time, None when there is no such name or no answer."""
        link = self._link
        if is_address(host):
            return host
        if not link.station.up:
            return None
        if link.faults.dns_hangs or not link.up:
            link.clock.spend(DNS_TIMEOUT_US)
            return None
        link.clock.spend(link.costs.dns_lookup)
        return None if link.faults.dns_fails else self._addresses.get(host.lower())

    def answer(self, request: bytes) -> bytes | None:
        """The name server's answer to a datagram; None for what is not a DNS query, or when it hangs."""
        asked = self._asked(request)
        if asked is None:
            return None
        host, question = asked
        if not question:
            return self._message(request, _FORMAT_ERROR, b"", None)
        if self._link.faults.dns_fails or host not in self._addresses:
            return self._message(request, _NO_SUCH_NAME, question, None)
        return self._message(request, _NO_ERROR, question, self._addresses[host])

    def answer_local(self, request: bytes) -> bytes | None:
        """The answer to a datagram for all hosts around: only of a host in .local whose name it is."""
        asked = self._asked(request)
        if asked is None or self._link.faults.dns_fails:
            return None
        host, question = asked
        if not host.endswith(".local") or host not in self._addresses:
            return None
        return self._message(request, _NO_ERROR, question, self._addresses[host])

    def _asked(self, request: bytes) -> tuple[str, bytes] | None:
        """(the name in lower case, the question section), both empty for a malformed query; None: no answer."""
        if self._link.faults.dns_hangs or len(request) < 12 or request[2] & 0xF8:
            return None
        labels = []
        at = 12
        while at < len(request) and 0 < request[at] < 64:
            labels.append(request[at + 1 : at + 1 + request[at]])
            at += 1 + request[at]
        question = request[12 : at + 5]
        if request[4:6] != b"\0\1" or len(question) < at + 5 - 12 or question[at - 12]:
            return "", b""
        return b".".join(labels).decode("latin-1").lower(), question

    def _message(self, request: bytes, code: int, question: bytes, address: str | None) -> bytes:
        """An A record where there is one; a name that has none of the kind asked for has no records."""
        record = b""
        if address is not None and question[-4:] == struct.pack("!HH", _A, _IN):
            record = (
                struct.pack("!HHHIH", _POINTER_TO_QUESTION, _A, _IN, _TTL_S, 4) + IPv4Address(address).packed
            )
        flags = _RESPONSE | _AUTHORITATIVE | _RECURSION | code
        head = struct.pack("!HHHHH", flags, bool(question), bool(record), 0, 0)
        return request[:2] + head + question + record
