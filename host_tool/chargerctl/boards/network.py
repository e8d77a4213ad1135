# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which boards in this network have the web workflow on: who answers to _circuitpython._tcp by mDNS, and what its
/cp/version.json says. Anyone can answer, with anything: numbers and sizes are bounded, and no password is sent."""

from __future__ import annotations

import io
import ipaddress
import json
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from chargerctl.boards.sightings import HostSeen, clean

SERVICE = "_circuitpython._tcp.local."
SEARCH_S = 2.0  # a board answers within one; on a bad link the second request is answered
MOST = 64
_ANSWER_S = 2.0
_LARGEST = 4096  # bytes; a board sends some 400
_AT_ONCE = 8
_LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass(frozen=True)
class Announced:
    """What a host says by mDNS."""

    name: str
    addresses: tuple[str, ...]
    port: int


Fetch = Callable[[str, int], bytes]


def boards_hosts(
    announced: Iterable[Announced], fetch: Fetch, asked: Iterable[tuple[str, int]] = ()
) -> list[HostSeen]:
    """The boards among those who answered. fetch: the body of /cp/version.json of (host, port); may raise OSError. asked:
    (host, port) that the user has written down. They are asked there, whoever is announced under their names."""
    names: dict[tuple[str, int], str] = {}
    for each in list(announced)[:MOST]:
        address = next(filter(_is_usable, each.addresses), "")
        if address and 0 < each.port < 65536:
            names[address, each.port] = clean(each.name.removesuffix("."))
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # one request at a time to each board, several boards at once

        def seen(places: Mapping[tuple[str, int], str], named: bool) -> list[HostSeen]:
            hosts = pool.map(lambda place: _seen(place[0], place[1], places[place], fetch), places)
            return sorted(
                (replace(host, named=named) for host in hosts),
                key=lambda host: (host.name, host.host, host.port),
            )

        found = seen({place: names.pop(place, "") for place in asked}, named=True)
        answered = {(host.host.lower(), host.port) for host in found if not host.problem}
        others = {at: name for at, name in names.items() if (name.lower(), at[1]) not in answered}
        return found + seen(others, named=False)


def _is_usable(address: str) -> bool:
    """Whether a board can have this address: what is announced must not have us talk to our own services."""
    try:
        ip = ipaddress.IPv4Address(address)  # CircuitPython's web workflow has no other
    except ValueError:
        return False
    return not (ip.is_loopback or ip.is_multicast or ip.is_unspecified or ip.is_reserved)


def _seen(host: str, port: int, name: str, fetch: Fetch) -> HostSeen:
    try:
        about = read_version(fetch(host, port))
    except (OSError, ValueError):
        return HostSeen(host, port, name, problem="does not answer")
    return HostSeen(host, port, name, about["UID"], about["board_id"], about["version"])


def read_version(body: bytes) -> dict[str, str]:
    """The texts of /cp/version.json, "" for what is not there. ValueError for what is no such file."""
    try:
        value: Any = json.loads(body[:_LARGEST])
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if not isinstance(value, dict) or "web_api_version" not in value:
        raise ValueError("is no version.json")
    return {name: clean(value.get(name)) for name in ("UID", "board_id", "version", "hostname")}


class _Received:
    """What has been received, as http.client reads an answer from a socket."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._content)


def fetch_version(host: str, port: int) -> bytes:
    """GET /cp/version.json, which needs no password. OSError, also where the whole answer takes too long."""
    until = time.monotonic() + _ANSWER_S
    request = f"GET /cp/version.json HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, port), _ANSWER_S) as connection:
        connection.sendall(request.encode())
        return _body_of(received(connection, until, time.monotonic))


def received(connection: socket.socket, until: float, now: Callable[[], float]) -> bytes:
    """The answer, as far as it is no longer than one of a board. OSError where it is not complete at `until`."""
    answer = b""
    while len(answer) < _LARGEST and not answer.endswith(_LAST_CHUNK):
        # Not once for all: one byte in time, again and again, would have us wait for ever.
        connection.settimeout(max(until - now(), 0.001))
        part = connection.recv(_LARGEST)
        if not part:
            break
        answer += part
    return answer


def _body_of(answer: bytes) -> bytes:
    """OSError for any other status than 200, and for what is not HTTP."""
    import http.client

    try:
        response = http.client.HTTPResponse(_Received(answer))  # type: ignore[arg-type]
        response.begin()
        if response.status != 200:
            raise OSError(f"HTTP status {response.status}")
        return response.read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from None


def announced_hosts(seconds: float = SEARCH_S) -> list[Announced]:
    """Listen for that long. ImportError without zeroconf, OSError without a network."""
    from zeroconf import ServiceBrowser, Zeroconf

    names: set[str] = set()

    def heard(name: str, **about: Any) -> None:
        if len(names) < MOST:
            names.add(name)

    network = Zeroconf()
    try:
        ServiceBrowser(network, SERVICE, handlers=[heard])
        time.sleep(seconds)
        until = time.monotonic() + _ANSWER_S
        found = []
        for name in sorted(names):  # known by now, unless a host has announced a name alone
            left_ms = (until - time.monotonic()) * 1000
            info = network.get_service_info(SERVICE, name, timeout=max(int(left_ms), 1))
            if info:
                found.append(Announced(info.server or "", tuple(info.parsed_addresses()), info.port or 0))
        return found
    finally:
        network.close()
