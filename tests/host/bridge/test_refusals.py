# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why a central system is not reached, or lets a charger not in: named, with host and port and what to do."""

import asyncio
import http
import socket
import ssl
import subprocess

import pytest
from chargerctl.bridge.refusal import RefusedError, by_close
from chargerctl.bridge.socket import Approach, ended, open_socket
from chargerctl.ocppj import client_tls
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from tests.certificates import make_certificates
from tests.visits import visited

HOST = "127.0.0.1"


def refusal(to, **approach):
    """What opening says, with its port as PORT."""
    options = {"url": f"{to}/ocpp/c1", "user": "c1"} | approach

    async def attempt():
        opened = await open_socket(Approach(**options))
        await opened.close()
        pytest.fail("it was opened")

    with pytest.raises(RefusedError) as caught:
        asyncio.run(attempt())
    return caught.value


def of_server(scheme="ws", host=HOST, approach=None, **options):
    """The same of a server with these options."""

    async def attempt():
        async def visit(opened):
            await opened.wait_closed()

        async with serve(visit, HOST, 0, **options) as server:
            port = server.sockets[0].getsockname()[1]
            given = Approach(f"{scheme}://{host}:{port}/ocpp/c1", "c1", **(approach or {}))
            with pytest.raises(RefusedError) as caught:
                await open_socket(given)
            return caught.value, port

    error, port = asyncio.run(attempt())
    assert error.message.startswith(f"{host}:{port}: ")
    return error


def of_status(status, headers=(), password=None):
    def respond(connection, request):
        response = connection.respond(http.HTTPStatus(status), "no\n")
        for name, value in headers:
            response.headers[name] = value
        return response

    return of_server(process_request=respond, approach={"password": password})


def of_bytes(answer, scheme="ws", **approach):
    """The same where the server sends these bytes to whatever comes and hangs up."""

    async def attempt():
        async def visit(reader, writer):
            await reader.read(1000)
            writer.write(answer)
            await writer.drain()

        async with visited(visit) as port:
            with pytest.raises(RefusedError) as caught:
                await open_socket(Approach(f"{scheme}://{HOST}:{port}/c1", "c1", **approach))
        return caught.value

    return asyncio.run(attempt())


@pytest.mark.parametrize(
    ("status", "what", "text"),
    [
        (403, "403", "it does not let /ocpp/c1 in (HTTP 403); allow the charger in the central system"),
        (
            404,
            "404",
            "it knows no /ocpp/c1 (HTTP 404); add the charger to the central system, or correct the",
        ),
        (
            400,
            "no websocket",
            "it answers /ocpp/c1 with HTTP 400, and no WebSocket; correct the path of --to",
        ),
        (200, "no websocket", "it answers /ocpp/c1 with HTTP 200, and no WebSocket"),
        (426, "no websocket", "it answers /ocpp/c1 with HTTP 426"),
        (429, "busy", "it cannot answer now (HTTP 429)"),
        (503, "busy", "it cannot answer now (HTTP 503)"),
        (401, "401", "it wants a password (HTTP 401); set the charger's in [bridge.passwords]"),
    ],
)
def test_a_status_of_http(status, what, text):
    error = of_status(status)
    assert error.what == what
    assert text in error.message


def test_a_password_that_is_refused_is_not_shown():
    error = of_status(401, password=b"Zq-secret")
    assert "it refused the password of c1 (HTTP 401)" in error.message
    assert "Zq" not in error.message


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_but_named(status):
    error = of_status(status, [("Location", "wss://elsewhere.example/c1")], password=b"Zq-secret")
    assert error.what == "redirect"
    assert "it redirects to wss://elsewhere.example/c1" in error.message


def test_a_redirect_to_nowhere_and_a_long_one():
    assert f"it redirects (HTTP {302})" in of_status(302).message
    assert len(of_status(302, [("Location", "x" * 4000)]).message) < 400


def test_no_subprotocol_is_agreed_to():
    error = of_server()
    assert error.what == "subprotocol"
    assert "it agreed to no subprotocol, not to ocpp1.6" in error.message


def test_another_subprotocol_is_agreed_to():
    error = of_server(select_subprotocol=lambda connection, offered: "ocpp2.0.1")
    assert error.what == "subprotocol"
    assert "it agreed to ocpp2.0.1, not to ocpp1.6" in error.message


def test_nobody_listens():
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    error = refusal(f"ws://{HOST}:{port}")
    assert error.message == f"{HOST}:{port}: connection refused; start it, or correct the port"


def test_no_such_host(monkeypatch):
    async def getaddrinfo(*_arguments, **_rest):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    error = refusal("wss://csms.invalid", context=client_tls())
    assert (
        error.message
        == "csms.invalid:443: no such host; correct --to, or see whether names are resolved here"
    )


def test_what_cannot_be_a_host():
    error = refusal(f"ws://{'x' * 70}.example")
    assert "no such host" in error.message


def test_it_accepts_the_connection_but_says_nothing():
    with socket.create_server((HOST, 0)) as silent:
        error = refusal(f"ws://{HOST}:{silent.getsockname()[1]}", open_s=0.2)
    assert error.what == "timeout"


@pytest.mark.parametrize("answer", [b"", b"\x15\x03\x01\x00\x02\x02\x46", b"220 mail.example ESMTP\r\n"])
def test_what_answers_is_no_http_it_may_want_tls(answer):
    error = of_bytes(answer)
    assert error.what == "hangs up"
    assert "it may want TLS: try wss:// instead of ws://" in error.message


def test_a_plain_port_is_no_tls():
    error = of_bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n", "wss", context=client_tls())
    assert error.what == "tls"
    assert "no TLS at that port" in error.message
    assert "try ws:// instead of wss://" in error.message


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def tls_of(folder, certificate="server.pem"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / certificate, folder / "server.key")
    return context


def of_certificate(folder, ca, host="localhost", certificate="server.pem"):
    approach = {"context": client_tls(ca)}
    return of_server("wss", host, approach, ssl=tls_of(folder, certificate), subprotocols=["ocpp1.6"])


def test_a_certificate_of_an_unknown_authority(certificates):
    for ca in (None, certificates / "other.pem"):
        error = of_certificate(certificates, ca)
        assert error.what == "certificate"
        assert "its certificate is not signed by an authority that is trusted here" in error.message
        assert "with --ca" in error.message


def test_a_certificate_for_another_name(certificates):
    error = of_certificate(certificates, certificates / "ca.pem", HOST)
    assert "its certificate is for another address" in error.message


def test_a_certificate_that_has_expired(certificates):
    command = (
        "openssl x509 -req -in expired.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out expired.pem "
        "-not_before 20200101000000Z -not_after 20200102000000Z"
    )
    request = "openssl req -new -key server.key -subj /CN=localhost -addext subjectAltName=DNS:localhost -out expired.csr"
    run(certificates, request)
    if subprocess.run(command.split(), cwd=certificates, capture_output=True).returncode:
        # OpenSSL before 3.4 has no dates for x509.
        run(certificates, command.partition(" -not_before")[0] + " -days -1")
    error = of_certificate(certificates, certificates / "ca.pem", certificate="expired.pem")
    assert "its certificate has expired" in error.message


def run(folder, command):
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            1000,
            "it closed the connection; it may have been restarted, or has a newer connection of this charger",
        ),
        (1008, "it closed the connection: against its rules (no such charger); see its log"),
        (4321, "it closed the connection with code 4321"),
    ],
)
def test_why_a_connection_was_closed(code, text):
    reason = "no such charger" if code == 1008 else ""
    assert text in by_close(code, reason, "h:1", 20).message


def closing(visit, **approach):
    """What is said of a connection whose server does this."""

    async def attempt():
        async with serve(visit, HOST, 0, subprotocols=["ocpp1.6"]) as server:
            port = server.sockets[0].getsockname()[1]
            given = Approach(f"ws://{HOST}:{port}/c1", "c1", **approach)
            opened = await open_socket(given)
            with pytest.raises(ConnectionClosed) as caught:
                await asyncio.wait_for(opened.recv(), 60)
            for each in list(server.connections):
                each.transport.abort()
            return ended(caught.value, given)

    return asyncio.run(attempt())


def test_a_connection_that_breaks():
    async def visit(opened):
        opened.transport.abort()

    assert "it closed the connection without a word" in closing(visit).message


def test_a_ping_without_an_answer():
    async def visit(opened):
        opened.transport.pause_reading()
        await opened.wait_closed()

    error = closing(visit, ping_s=0.2)
    assert error.what == "ping"


def test_a_message_that_is_much_too_long():
    async def visit(opened):
        await opened.send("x" * ((1 << 20) + 1))
        await opened.wait_closed()

    assert closing(visit).what == "too long"


def test_what_is_no_websocket():
    async def visit(opened):
        opened.transport.write(b"\xff\xff\xff\xff")
        await opened.wait_closed()

    assert closing(visit).what == "protocol"
