# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The name server of the simulated network, asked over UDP as the charger's resolver does."""

import struct

import pytest

NAME_SERVER = ("10.0.0.1", 53)
AROUND = ("224.0.0.251", 5353)


def query(name, kind=1, ident=b"\x12\x34"):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return ident + b"\1\0\0\1\0\0\0\0\0\0" + labels + b"\0" + struct.pack("!HH", kind, 1)


def ask(board, request, target=NAME_SERVER, within=1):
    """(answer, sender), or None."""
    with board.pool.socket(type=board.pool.SOCK_DGRAM) as socket:
        socket.settimeout(within)
        socket.sendto(request, target)
        buffer = bytearray(512)
        try:
            size, sender = socket.recvfrom_into(buffer)
        except OSError:
            return None
        return bytes(buffer[:size]), sender


def code(answer):
    return answer[3] & 15


def test_the_network_announces_its_name_server(any_board):
    assert any_board.radio.ipv4_dns is None
    any_board.join()
    assert str(any_board.radio.ipv4_dns) == NAME_SERVER[0]
    assert any_board.radio.dns == (NAME_SERVER[0],)


def test_a_network_may_announce_none(online):
    online.network.access_point.names_no_dns = True
    assert str(online.radio.ipv4_dns) == "0.0.0.0"
    online.network.heal()
    assert str(online.radio.ipv4_dns) == NAME_SERVER[0]


@pytest.mark.parametrize("name", ["broker.example", "BROKER.Example"])
def test_a_served_name_has_an_address(online, name):
    request = query(name)
    answer, sender = ask(online, request)
    record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes(map(int, online.address.split(".")))
    assert answer == request[:2] + bytes.fromhex("8580 0001 0001 0000 0000") + request[12:] + record
    assert sender == NAME_SERVER


def test_every_other_name_does_not_exist(online):
    request = query("example.org")
    answer, _ = ask(online, request)
    assert answer == request[:2] + bytes.fromhex("8583 0001 0000 0000 0000") + request[12:]


def test_a_served_name_has_no_ipv6_address(online):
    answer, _ = ask(online, query("broker.example", kind=28))
    assert code(answer) == 0
    assert answer[6:8] == b"\0\0"


def test_getaddrinfo_and_the_name_server_say_the_same(online):
    answer, _ = ask(online, query("broker.example"))
    assert ".".join(map(str, answer[-4:])) == online.pool.getaddrinfo("broker.example", 1883)[0][4][0]


def test_it_takes_as_long_as_the_way_there_and_back(online):
    took = online.took(lambda: ask(online, query("broker.example")))
    assert took == pytest.approx(2 * online.costs.network_delay / 1e6, abs=0.005)


@pytest.mark.parametrize("fault", ["dns_hangs", "drop_datagrams", "hold"])
def test_faults_swallow_the_answer(online, fault):
    if fault == "hold":
        online.network.wifi(False)
    else:
        setattr(online.network.faults, fault, True)
    assert ask(online, query("broker.example")) is None


def test_a_name_server_that_knows_nothing(online):
    online.network.faults.dns_fails = True
    answer, _ = ask(online, query("broker.example"))
    assert code(answer) == 3


@pytest.mark.parametrize(
    "request_bytes", [b"", b"\x12\x34\1\0\0\1", query("broker.example")[:2] + b"\x85\x80" + query("a")[4:]]
)
def test_what_is_no_query_is_not_answered(online, request_bytes):
    assert ask(online, request_bytes) is None


@pytest.mark.parametrize(
    "request_bytes", [query("broker.example")[:-3], query("a")[:12] + b"\xc0\x0c\0\1\0\1"]
)
def test_a_malformed_query_is_refused(online, request_bytes):
    answer, _ = ask(online, request_bytes)
    assert code(answer) == 1


def test_nobody_else_answers_questions(online):
    assert ask(online, query("broker.example"), ("10.0.0.77", 53)) is None


def test_names_in_local_are_answered_for_by_who_bears_them(online):
    address = online.network.serve("broker.local", 1883, online.broker)
    answer, sender = ask(online, query("broker.local"), AROUND)
    assert ".".join(map(str, answer[-4:])) == address
    assert sender[1] == AROUND[1]
    assert ask(online, query("broker.example"), AROUND) is None
    assert ask(online, query("nobody.local"), AROUND) is None
