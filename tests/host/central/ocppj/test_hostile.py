# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Clients that are no chargers: what each of them gets, that a charger beside them is served, that memory stays small."""

import gc
import struct
import tracemalloc
from socket import SO_LINGER, SOL_SOCKET

import pytest
from chargerctl.central.ocppj.limits import Limits

from tests.host.central.ocppj.conftest import WAIT_S, await_
from tests.host.central.ocppj.raw import CLOSE, FINAL, PING, REQUEST, TEXT, RawClient, close_code, frame

UPGRADE = REQUEST.replace("{more}", "").format(path="/ocpp/CP1")


@pytest.fixture
def served(setup):
    """Afterwards a charger is served as if nothing had been."""
    yield setup
    setup.desk.echo = True
    with setup.connect() as charger:
        charger.send('["still here"]')
        assert charger.recv(timeout=WAIT_S) == '["still here"]'


@pytest.mark.parametrize(
    ("request_", "status", "line"),
    [
        ("GET / HTTP/1.1\r\n\r\n", "404", "the path ends without an identity"),
        ("GET /ocpp/CP1 HTTP/1.1\r\nHost: x\r\n\r\n", "426", "missing Connection header"),
        ("POST /ocpp/CP1 HTTP/1.1\r\n\r\n", "", "unsupported HTTP method"),
        ("GET /ocpp/CP1 HTTP/1.0\r\n\r\n", "", "unsupported protocol"),
        ("\x16\x03\x01\x02\x00\r\n", "", "invalid HTTP request line"),
        ("EHLO \x1b[2J\r\n", "", r"\x1b[2J"),
        (UPGRADE.replace("13", "12"), "400", "Sec-WebSocket-Version"),
        (UPGRADE.replace("AAAA==", "=="), "400", "Sec-WebSocket-Key"),
        (UPGRADE.replace("ocpp1.6", ","), "400", "Sec-WebSocket-Protocol"),
        (UPGRADE.replace("Host: 127.0.0.1", "Content-Length: 5"), "", "unsupported request body"),
        (UPGRADE.replace("Host: 127.0.0.1", "A\0: b"), "", "invalid HTTP header name"),
        (UPGRADE.replace("CP1", "CP\0"), "404", "characters that are not allowed"),
    ],
)
def test_what_is_no_handshake_is_refused_and_named(served, request_, status, line):
    """Without a status: what is no HTTP at all gets no answer."""
    served.start()
    with RawClient(served.server.port) as client:
        client.send(request_.encode())
        assert client.head().partition(" ")[2][:3] == status
    assert "\x1b" not in served.wait_for_log(line)


@pytest.mark.parametrize("host", ["", "Host: evil.example\r\n", "Host: a\r\nHost: b\r\n", "Host: [\r\n"])
def test_the_host_header_does_not_matter_without_an_origin(served, host):
    served.start()
    with RawClient(served.server.port) as client:
        assert " 101 " in client.ask(request=REQUEST.replace("Host: 127.0.0.1\r\n", host))


@pytest.mark.parametrize("more", ["X: " + "x" * 1_000_000, "X: y\r\n" * 100_000, "x" * 1_000_000])
def test_a_handshake_of_a_megabyte_is_cut_off(served, more):
    served.start()
    with RawClient(served.server.port) as client:
        client.ask(more=more + "\r\n")
        client.rest()
    assert served.wait_for_log("more than 16384 bytes")


def test_a_handshake_that_comes_byte_by_byte_is_cut_off(served):
    served.start(limits=Limits(handshake_s=0.3))
    with RawClient(served.server.port) as client:
        client.send(b"GET /ocpp/CP1 HTTP/1.1\r\nHost: ")
        assert client.head() == ""
    assert served.wait_for_log("no handshake within 0.3 s")


def test_a_flood_of_handshakes_leaves_a_place_for_other_addresses(served):
    served.start(limits=Limits(handshakes_of_address=20, handshake_s=0.5))
    clients = [RawClient(served.server.port) for _ in range(60)]
    try:
        assert served.wait_for_log("20 handshakes of this address are open")
        cut = [client for client in clients[20:] if client.head() == ""]
        assert len(cut) == 40
    finally:
        for client in clients:
            client.socket.close()
    assert len([line for line in served.log if "handshakes of this address" in line]) == 2
    await_(lambda: _is_let_in(served), "a place at the door")


def _is_let_in(served):
    with RawClient(served.server.port) as client:
        return " 101 " in client.ask()


def test_a_flood_of_wrong_handshakes_gives_a_few_lines(served):
    served.start()
    for number in range(100):
        with RawClient(served.server.port) as client:
            assert " 404 " in client.ask(f"/ocpp/X{number}")
    assert len(served.log) <= 20


def test_a_connection_that_ends_in_the_middle_of_a_frame(served):
    served.start()
    with RawClient(served.server.port) as client:
        assert " 101 " in client.ask()
        client.send(frame(TEXT, b'[2,"1","Hea', length=100))
    served.desk.wait_for("disconnected", "CP1")
    assert not [heard for heard in served.desk.heard if heard[0] == "received"]


def test_a_reset_connection(served):
    served.start()
    with RawClient(served.server.port) as client:
        assert " 101 " in client.ask()
        client.socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    served.desk.wait_for("disconnected", "CP1")


def test_a_half_open_connection_is_replaced_at_once(served):
    served.start(limits=Limits(close_s=0.2))
    with RawClient(served.server.port) as gone:
        assert " 101 " in gone.ask()
        served.desk.wait_for("connected", "CP1")
        with served.connect() as charger:
            served.desk.wait_for("connected", "CP1", times=2)
            served.desk.links["CP1"].send("[]")
            assert charger.recv(timeout=WAIT_S) == "[]"
            # What the old one still sends is not the charger's.
            gone.send(frame(TEXT, b'["old"]'))
    served.desk.wait_for("disconnected", "CP1", times=2)
    assert ("received", "CP1", '["old"]') not in served.desk.heard


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(TEXT, b"", length=1 << 40), 1009),
        (frame(TEXT, b"[]", flags=FINAL | 0x20), 1002),
        (frame(0x3, b"[]"), 1002),
        (frame(0x0, b"[]"), 1002),
        (frame(TEXT, b"[", flags=0) + frame(TEXT, b"]"), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(PING, b"x", flags=0), 1002),
        (b"\x81\x02[]", 1002),
        (frame(CLOSE, b"x"), 1002),
        (frame(CLOSE, struct.pack("!H", 1005)), 1002),
    ],
)
def test_frames_that_rfc_6455_forbids_end_the_connection(served, data, code):
    served.start()
    with RawClient(served.server.port) as client:
        assert " 101 " in client.ask()
        client.send(data)
        assert close_code(client.rest()) == code
    served.desk.wait_for("disconnected", "CP1")
    assert served.wait_for_log(f"closed with code {code}")


def test_a_close_with_a_hostile_reason(served):
    served.start()
    with RawClient(served.server.port) as client:
        assert " 101 " in client.ask()
        client.send(frame(CLOSE, struct.pack("!H", 1000) + "\x1b[2J\u202e".encode()))
        client.rest()
    served.desk.wait_for("disconnected", "CP1")
    assert "\x1b" not in "".join(served.log)


def test_frames_that_come_before_the_answer_to_the_handshake_are_not_lost(served):
    served.start()
    with RawClient(served.server.port) as client:
        client.send(REQUEST.format(path="/ocpp/CP1", more="").encode() + frame(TEXT, b'["early"]'))
        assert " 101 " in client.head()
        served.desk.wait_for("received", "CP1", '["early"]')


def test_frames_that_come_with_a_refused_handshake_are_not_heard(served):
    served.start(limits=Limits(close_s=0.2))
    with RawClient(served.server.port) as client:
        client.send(REQUEST.format(path="/ocpp/CP9", more="").encode() + frame(TEXT, b'["early"]') * 100)
        assert " 404 " in client.head()
    assert not served.desk.heard


def memory_of(work) -> int:
    """The most bytes that Python had more than before, while `work` ran."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_a_flood_of_pings_whose_answers_nobody_reads_is_cut_off(served):
    served.start()
    pings = frame(PING, b"x" * 125) * 500
    with RawClient(served.server.port) as client:
        assert " 101 " in client.ask()
        sent = 0
        while client.send(pings):
            sent += len(pings)
            assert sent < 100_000_000
    served.desk.wait_for("disconnected", "CP1")
    assert served.wait_for_log("it does not read")


def test_many_half_handshakes_cost_little_memory(served):
    served.start(limits=Limits(handshake_s=WAIT_S))

    def half():
        clients = [RawClient(served.server.port) for _ in range(50)]
        for client in clients:
            client.send(b"GET /ocpp/CP1 HTTP/1.1\r\n" + b"X: " + b"x" * 7000 + b"\r\nY: " + b"y" * 7000)
        served.connect().close()
        for client in clients:
            client.socket.close()

    assert memory_of(half) < 4_000_000
