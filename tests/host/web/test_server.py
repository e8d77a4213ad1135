# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The server: it ends quickly whatever viewers do, tells in one line why it cannot begin, and waits for nobody for ever."""

import socket
import ssl
import time
from contextlib import ExitStack

import httpx2 as httpx
import pytest
from chargerctl import descriptors
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.listening import door
from chargerctl.ocppj import server_tls
from chargerctl.settings.kinds import HostPort
from chargerctl.web import connection, server
from chargerctl.web.guard import Guard
from chargerctl.web.server import Server
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from tests.certificates import make_certificates
from tests.until import until

BOUND_S = 60


async def hello(scope, receive, send):
    await PlainTextResponse(scope["scheme"])(scope, receive, send)


def test_it_answers(serve):
    answer = httpx.get(serve(hello).url, timeout=BOUND_S)
    assert answer.text == "http"
    assert "server" not in answer.headers


@pytest.fixture
def tls(tmp_path):
    make_certificates(tmp_path)
    return server_tls(tmp_path / "server.pem", tmp_path / "server.key")


def test_with_a_certificate_it_is_https(serve, tmp_path, tls):
    served = serve(hello, tls=tls)
    trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    url = served.url.replace("127.0.0.1", "localhost")
    assert httpx.get(url, verify=trusted, timeout=BOUND_S).text == "https"


def test_a_wrong_certificate_is_one_line(tmp_path):
    (tmp_path / "wrong.pem").write_text("no certificate")
    with pytest.raises(ChargerctlError, match=r"wrong\.pem.*no certificate and its unencrypted key"):
        server_tls(tmp_path / "wrong.pem", tmp_path / "wrong.pem")
    with pytest.raises(InputError, match=r"cannot read .*missing\.pem"):
        server_tls(tmp_path / "missing.pem", tmp_path / "wrong.pem")


def test_a_port_in_use_is_one_line(serve):
    where = HostPort("127.0.0.1", serve(hello).server.port)
    with pytest.raises(
        ChargerctlError, match=rf"^cannot listen on {where}: Address already in use; choose another"
    ):
        Server(hello, where, print)


def test_a_request_that_is_none_is_one_line_of_the_log(serve, capfd):
    served = serve(hello)
    with socket.create_connection(("127.0.0.1", served.server.port), BOUND_S) as client:
        client.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 400")
    assert [(event.what, event.text) for event in served.events] == [
        ("web", "web page: Invalid HTTP request received.")
    ]
    assert capfd.readouterr() == ("", "")


def test_another_protocol_is_not_offered_and_the_log_has_no_advice(serve):
    served = serve(hello)
    asked = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert httpx.get(served.url, headers=asked, timeout=BOUND_S).text == "http"
    assert served.events == []


def test_who_says_nothing_is_not_waited_for(serve, monkeypatch):
    monkeypatch.setattr(connection, "_PATIENCE_S", 0.1)
    served = serve(hello)
    for said in (b"", b"GET / HTTP/1.1\r\nHo"):
        with socket.create_connection(("127.0.0.1", served.server.port), BOUND_S) as client:
            client.sendall(said)
            assert client.recv(100) == b""


def test_what_takes_long_is_waited_for(serve, monkeypatch):
    monkeypatch.setattr(connection, "_PATIENCE_S", 0.05)

    async def slow(scope, receive, send):
        import asyncio

        await asyncio.sleep(0.4)
        await hello(scope, receive, send)

    assert httpx.get(serve(slow).url, timeout=BOUND_S).text == "http"


def drip(client, head, piece):
    """Sends `head`, then `piece` again and again; what has come back when the connection ends."""
    client.sendall(head)
    client.settimeout(0.02)
    come, end = b"", time.monotonic() + BOUND_S
    while time.monotonic() < end:
        try:
            client.sendall(piece)
            received = client.recv(1000)
            if not received:
                return come
            come += received
        except TimeoutError:
            continue
        except OSError:
            return come
    raise AssertionError("the connection does not end")


@pytest.mark.parametrize(
    ("head", "piece", "answer"),
    [
        (b"GET / HTTP/1.1\r\n", b"A: b\r\n", b""),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n", b"x", b""),
        (b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n", b"x", b"HTTP/1.1 200"),
    ],
)
def test_a_request_has_so_much_time_in_all(serve, monkeypatch, head, piece, answer):
    monkeypatch.setattr(connection, "_PATIENCE_S", 0.3)

    async def reads(scope, receive, send):
        if scope["path"] != "/early":
            await Request(scope, receive).body()
        await hello(scope, receive, send)

    served = serve(Guard(reads, lambda host: True))
    with socket.create_connection(("127.0.0.1", served.server.port), BOUND_S) as client:
        assert drip(client, head, piece)[:12] == answer


@pytest.mark.parametrize(("size", "asked"), [(10_000_000, 1), (50_000, 200)])
def test_who_does_not_read_is_not_waited_for(serve, monkeypatch, size, asked):
    monkeypatch.setattr(connection, "_UNREAD_S", 0.2)

    async def much(scope, receive, send):
        await PlainTextResponse("x" * size)(scope, receive, send)

    served = serve(much)
    with socket.create_connection(("127.0.0.1", served.server.port), BOUND_S) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * asked)
        assert is_cut(client)


def is_cut(client):
    """Without a look at what has come."""
    client.setblocking(False)
    end = time.monotonic() + BOUND_S
    while time.monotonic() < end:
        try:
            client.send(b"\r\n")
        except BlockingIOError:
            pass
        except ConnectionError:
            return True
        time.sleep(0.02)
    return False


def ended(client):
    client.settimeout(BOUND_S)
    try:
        return client.recv(100) == b""
    except ConnectionError:
        return True


def test_who_stalls_in_the_tls_handshake_has_a_place_and_seconds(serve, monkeypatch, tls, tmp_path):
    monkeypatch.setattr(server, "_MOST", 3)
    monkeypatch.setattr(server, "_HANDSHAKE_S", 1.0)
    served = serve(hello, tls=tls)
    where = ("127.0.0.1", served.server.port)
    with ExitStack() as crowd:
        stalled = [crowd.enter_context(socket.create_connection(where, BOUND_S)) for _ in range(3)]
        assert ended(crowd.enter_context(socket.create_connection(where, BOUND_S)))
        assert all(ended(each) for each in stalled)
        trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
        url = served.url.replace("127.0.0.1", "localhost")
        assert httpx.get(url, verify=trusted, timeout=BOUND_S).text == "https"
    [event] = [event for event in served.events if event.what == "connections"]
    assert event.text == "web page: no more connections from 127.0.0.1: 3 connections are open"


def test_a_server_ends_although_somebody_stalls_in_the_tls_handshake(serve, tls):
    served = serve(hello, tls=tls)
    with socket.create_connection(("127.0.0.1", served.server.port), BOUND_S) as stalled:
        time.sleep(0.1)
        served.server.close()
        assert ended(stalled)
    assert (served.server.failure, served.events) == (None, [])


def test_too_many_connections_are_closed(serve, monkeypatch):
    monkeypatch.setattr(server, "_MOST", 1)
    served = serve(hello)
    with httpx.Client(timeout=BOUND_S) as first:
        assert first.get(served.url).text == "http"  # and its connection stays
        with pytest.raises(httpx.TransportError):
            httpx.get(served.url, timeout=BOUND_S)
        assert first.get(served.url).text == "http"


def test_one_address_does_not_get_all_places(serve, monkeypatch):
    monkeypatch.setattr(server, "_FEW", 2)
    monkeypatch.setattr(server, "_MOST", 10)
    monkeypatch.setattr(door, "is_loopback", lambda host: False)
    served = serve(hello)
    where = ("127.0.0.1", served.server.port)
    with ExitStack() as crowd:
        for _ in range(2):
            crowd.enter_context(socket.create_connection(where, BOUND_S))
        assert ended(crowd.enter_context(socket.create_connection(where, BOUND_S)))
        until(lambda: served.events)
    assert "2 connections of this address are open" in served.events[0].text


def test_most_descriptors_are_for_others(monkeypatch):
    monkeypatch.setattr(descriptors, "raise_limit", lambda: 1024)
    assert server.most_connections() == 256
    monkeypatch.setattr(descriptors, "raise_limit", lambda: None)
    assert server.most_connections() == 500


def test_it_ends_although_an_answer_does_not(serve, monkeypatch):
    began = []

    async def endless(scope, receive, send):
        import asyncio

        began.append(time.monotonic())
        await asyncio.sleep(3600)

    served = serve(endless)
    with socket.create_connection(("127.0.0.1", served.server.port), BOUND_S) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: began)
        served.server.close()
        assert served.server.failure is None
