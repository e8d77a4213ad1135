# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The server: it ends quickly whatever viewers do, tells in one line why it cannot begin, and waits for nobody for ever."""

import socket
import ssl
import time

import httpx2 as httpx
import pytest
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.ocppj import server_tls
from chargerctl.settings.kinds import HostPort
from chargerctl.web import connection
from chargerctl.web.server import Server
from starlette.responses import PlainTextResponse

from tests.certificates import make_certificates

BOUND_S = 60


async def hello(scope, receive, send):
    await PlainTextResponse(scope["scheme"])(scope, receive, send)


def test_it_answers(serve):
    answer = httpx.get(serve(hello).url)
    assert answer.text == "http"
    assert "server" not in answer.headers


def test_with_a_certificate_it_is_https(serve, tmp_path):
    make_certificates(tmp_path)
    served = serve(hello, tls=server_tls(tmp_path / "server.pem", tmp_path / "server.key"))
    trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    url = served.url.replace("127.0.0.1", "localhost")
    assert httpx.get(url, verify=trusted).text == "https"


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


def test_too_many_connections_are_closed(serve, monkeypatch):
    monkeypatch.setattr(connection, "MOST", 1)
    served = serve(hello)
    with httpx.Client() as first:
        assert first.get(served.url).text == "http"  # and its connection stays
        with pytest.raises(httpx.TransportError):
            httpx.get(served.url)
        assert first.get(served.url).text == "http"


def test_it_ends_although_an_answer_does_not(serve, monkeypatch):
    began = []

    async def endless(scope, receive, send):
        import asyncio

        began.append(time.monotonic())
        await asyncio.sleep(3600)

    served = serve(endless)
    with socket.create_connection(("127.0.0.1", served.server.port), BOUND_S) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        end = time.monotonic() + BOUND_S
        while not began and time.monotonic() < end:
            time.sleep(0.01)
        served.server.close()
        assert served.server.failure is None
