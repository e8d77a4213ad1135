# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Boards in the network: what is announced and answered is anybody's."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import ClassVar

import pytest
from chargerctl.boards import network
from chargerctl.boards.network import MOST, Announced, boards_hosts, fetch_version, read_version, received
from chargerctl.boards.sightings import HostSeen

real_announced_hosts = network.announced_hosts  # the fixture of all these tests takes its place
ABOUT = {
    "web_api_version": 4,
    "version": "10.1.3",
    "board_name": "garage",
    "board_id": "adafruit_feather_esp32s3_4mbflash_2mbpsram",
    "hostname": "cpy-1a2b3c",
    "port": 80,
    "UID": "04C4AC15B2F0",
    "ip": "10.0.0.9",
}
BODY = json.dumps(ABOUT).encode()


def answers(host: str, port: int) -> bytes:
    return BODY


def silent(host: str, port: int) -> bytes:
    raise OSError("timed out")


def test_who_is_announced_is_asked_what_it_is() -> None:
    (host,) = boards_hosts([Announced("cpy-1a2b3c.local.", ("fe80::1", "10.0.0.9"), 80)], answers)
    assert host == HostSeen(
        "10.0.0.9", 80, "cpy-1a2b3c.local", str(ABOUT["UID"]), str(ABOUT["board_id"]), "10.1.3"
    )


def test_who_does_not_answer_is_listed_with_that() -> None:
    (host,) = boards_hosts([Announced("cpy-1a2b3c.local.", ("10.0.0.9",), 80)], silent)
    assert (host.problem, host.uid) == ("does not answer", "")


@pytest.mark.parametrize("address", ["127.0.0.1", "224.0.0.1", "0.0.0.0", "::1", "fe80::1", "x", "240.0.0.1"])
def test_nobody_can_have_chargerctl_ask_a_service_of_this_computer(address: str) -> None:
    assert boards_hosts([Announced("cpy.local.", (address,), 80)], answers) == []


def test_who_announces_without_end_is_cut_off() -> None:
    many = [Announced(f"h{n}.local.", (f"10.0.{n // 256}.{n % 256}",), 80) for n in range(10 * MOST)]
    assert len(boards_hosts(many, answers)) == MOST


def test_a_board_that_is_named_is_asked_too_but_not_twice() -> None:
    announced = [
        Announced("cpy-1a2b3c.local.", ("10.0.0.9",), 80),
        Announced("cpy-2b0f.local.", ("10.0.0.8",), 80),
    ]
    asked = [("10.0.0.9", 80), ("CPY-2b0f.local", 80), ("10.9.9.9", 8080)]
    assert [(host.host, host.port, host.named) for host in boards_hosts(announced, answers, asked)] == [
        ("10.9.9.9", 8080, True),
        ("CPY-2b0f.local", 80, True),
        ("10.0.0.9", 80, True),
    ]


def test_a_board_that_is_named_is_asked_where_the_user_says_whoever_takes_its_name() -> None:
    def only_the_stranger(host: str, port: int) -> bytes:
        return BODY if host == "10.6.6.6" else silent(host, port)

    stranger = [Announced("charger.example.org.", ("10.6.6.6",), 80)]
    garage, other = boards_hosts(stranger, only_the_stranger, [("charger.example.org", 80)])
    assert (garage.host, garage.problem, garage.named) == ("charger.example.org", "does not answer", True)
    assert (other.host, other.problem, other.named) == ("10.6.6.6", "", False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 4096,
        b'{"a": 1',
        BODY[:-1],
        b"9" * 5000,
        b'"' + b"x" * 5000 + b'"',
    ],
)
def test_what_is_no_version_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_version(body)


def test_values_of_other_types_count_as_missing() -> None:
    about = read_version(json.dumps(ABOUT | {"UID": ["x"], "board_id": None, "version": 9}).encode())
    assert (about["UID"], about["board_id"], about["version"]) == ("", "", "")


class Zeroconf:
    """The part of the library that is used: every name is announced at once, and known but for the last."""

    names: ClassVar[list[str]] = []
    closed = False

    def get_service_info(self, service: str, name: str, timeout: int) -> SimpleNamespace | None:
        assert 0 < timeout <= 2000
        if name == max(self.names):
            return None
        return SimpleNamespace(server=f"{name}.local.", port=80, parsed_addresses=lambda: ["10.0.0.9"])

    def close(self) -> None:
        type(self).closed = True


def browser(network: Zeroconf, service: str, handlers: list[Callable[..., None]]) -> None:
    assert service == "_circuitpython._tcp.local."
    for name in network.names:
        handlers[0](zeroconf=network, service_type=service, name=name, state_change="added")


def test_names_that_are_announced_are_looked_up_and_the_network_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Zeroconf, "names", [f"h{number:04}" for number in range(10 * MOST)])
    library = SimpleNamespace(Zeroconf=Zeroconf, ServiceBrowser=browser)
    monkeypatch.setitem(sys.modules, "zeroconf", library)
    found = real_announced_hosts(seconds=0)
    assert found[0] == Announced("h0000.local.", ("10.0.0.9",), 80)
    assert len(found) == MOST
    assert Zeroconf.closed


def test_texts_are_cut_and_stay_on_one_line() -> None:
    about = read_version(json.dumps(ABOUT | {"board_id": "a\n\x0bb" * 200}).encode())
    assert len(about["board_id"]) == 80
    assert "\n" not in about["board_id"]


@contextmanager
def server(*parts: bytes, stall: threading.Event | None = None) -> Iterator[tuple[str, int]]:
    """Sends these, then closes the connection; with `stall` keeps it open until that is set."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            # The one that asked hangs up when it has had enough.
            with connection, suppress(ConnectionError):
                connection.recv(4096)
                for part in parts:
                    connection.sendall(part)
                if stall:
                    stall.wait(60)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            if stall:
                stall.set()
            thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
CHUNKED = HEAD + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def test_an_answer_in_chunks_is_read_and_not_waited_for_longer() -> None:
    stall = threading.Event()
    with server(CHUNKED[:100], CHUNKED[100:], stall=stall) as place:
        assert fetch_version(*place) == BODY


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 404 Not Found\r\n\r\n", HEAD + b"zz\r\n"]
)
def test_what_is_no_answer_is_an_error_of_the_network(answer: bytes) -> None:
    with server(answer) as place, pytest.raises(OSError, match=r".*"):
        fetch_version(*place)


def test_an_endless_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(HEAD + b"10000000\r\n", *[b"x" * 1000] * 20) as place, pytest.raises(OSError, match=r".*"):
        fetch_version(*place)


class Dripping:
    """A connection on which one byte comes every half second, without end."""

    def __init__(self) -> None:
        self.time = 0.0
        self.timeout = 0.0
        self.received = 0

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def recv(self, most: int) -> bytes:
        if self.timeout < 0.5:
            raise TimeoutError
        self.time += 0.5
        self.received += 1
        return b"x"


def test_a_host_that_never_ends_its_answer_is_waited_for_only_so_long() -> None:
    connection = Dripping()
    with pytest.raises(TimeoutError):
        received(connection, 2.0, lambda: connection.time)  # type: ignore[arg-type]
    assert connection.received == 4
