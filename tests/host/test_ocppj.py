# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What both ends of an OCPP-J connection need before the first frame."""

import socket
import ssl
import subprocess
import threading

import pytest
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.ocppj import (
    basic_auth,
    basic_password,
    client_tls,
    connection_url,
    identity_of,
    server_tls,
)
from chargerctl.serials import is_serial

from tests.certificates import make_certificates
from tests.mosquitto import needs_mosquitto

KEY = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")


def test_the_examples_of_the_specification():
    # OCPP-J 3.1.1 and 6.2.2.
    assert (
        connection_url("ws://centralsystem.example.com/ocpp", "CP001")
        == "ws://centralsystem.example.com/ocpp/CP001"
    )
    url = connection_url("wss://centralsystem.example.com/ocppj", "RDAM 123")
    assert url == "wss://centralsystem.example.com/ocppj/RDAM%20123"
    assert identity_of("/ocppj/RDAM%20123") == "RDAM 123"
    assert basic_auth("AL1000", KEY) == "Basic QUwxMDAwOgABAgMEBQYH////////////////"


def test_an_endpoint_keeps_its_query_and_one_slash():
    assert connection_url("ws://a/b/?token=1", "CP/1") == "ws://a/b/CP%2F1?token=1"
    assert connection_url("ws://a", "CP1") == "ws://a/CP1"


@pytest.mark.parametrize("path", ["/CP1", "/a/b/CP1", "/CP1?token=a/b", "/../../CP1", "/%43P1"])
def test_the_identity_is_the_end_of_the_path(path):
    assert identity_of(path) == "CP1"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/CP1/",
        "/..",
        "/.",
        "/%2e%2e",
        "/a%2Fb",
        "/a%252Fb",
        "/CP%00",
        "/CP%0a",
        "/CP%ff",
        "/CP%E2%80%AE",
        "/%20CP",
        "/CP%20",
        "/CP%2B",
        "/CP%23",
        "/CP%",
        "/" + "A" * 49,
        "/" + "A" * 10_000,
    ],
)
def test_other_identities_are_refused(path):
    with pytest.raises(ValueError, match="identity"):
        identity_of(path)


@pytest.mark.parametrize("identity", ["CP1", "AA:BB:CC", "RDAM 123", "a", "A" * 48, "x.y_z~1@2=3*4(5-6"])
def test_what_an_identity_may_be(identity):
    assert is_serial(identity)
    assert identity_of(connection_url("ws://a", identity).removeprefix("ws://a")) == identity


def test_the_user_has_to_be_the_identity():
    assert basic_password(basic_auth("CP1", b"secret"), "CP1") == b"secret"
    assert basic_password(basic_auth("CP1", KEY), "CP1") == KEY
    assert basic_password(basic_auth("AA:BB", b"a:b"), "AA:BB") == b"a:b"
    assert basic_password("basic  " + basic_auth("CP1", b"secret")[6:], "CP1") == b"secret"
    assert basic_password(basic_auth("CP2", b"secret"), "CP1") is None


@pytest.mark.parametrize(
    "header", [None, "", "Basic", "Basic !", "Bearer Q1AxOmE=", "Basic Q1Ax", "Basic \udcff"]
)
def test_other_headers_have_no_password(header):
    assert basic_password(header, "CP1") is None


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    needs_mosquitto()  # openssl is among what it looks for
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> str:
    """The cipher that the two agree on."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(ours, server_side=True).close()
        except OSError:
            ours.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(theirs, server_hostname="localhost") as connection:
            return connection.cipher()[0]
    finally:
        theirs.close()
        thread.join()


def test_a_charger_that_trusts_the_authority_connects(certificates):
    server = server_tls(certificates / "server.pem", certificates / "server.key")
    assert handshake(server, client_tls(certificates / "ca.pem"))


def test_a_charger_refuses_a_server_of_another_authority(certificates):
    server = server_tls(certificates / "server.pem", certificates / "server.key")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, client_tls(certificates / "other.pem"))


@pytest.fixture(scope="module")
def rsa(tmp_path_factory):
    """A certificate of its own signature, with an RSA key."""
    needs_mosquitto()
    folder = tmp_path_factory.mktemp("rsa")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout rsa.key -out rsa.pem -subj /CN=localhost"
    )
    subprocess.run(command.split(), check=True, cwd=folder, capture_output=True)
    return server_tls(folder / "rsa.pem", folder / "rsa.key")


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256"])
def test_a_charger_with_the_ciphers_of_the_white_paper_connects(rsa, cipher):
    client = client_tls()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers(cipher)
    assert handshake(rsa, client) == cipher


def test_files_that_cannot_be_used_are_named(certificates, tmp_path):
    junk = tmp_path / "junk.pem"
    junk.write_text("junk")
    with pytest.raises(InputError, match=r"cannot read .*absent\.pem"):
        server_tls(certificates / "absent.pem", certificates / "server.key")
    with pytest.raises(ChargerctlError, match=r"junk\.pem .* no certificate"):
        server_tls(junk, certificates / "server.key")
    with pytest.raises(ChargerctlError, match="no certificate and its unencrypted key"):
        server_tls(certificates / "server.pem", certificates / "ca.key")
    with pytest.raises(ChargerctlError, match=r"junk\.pem has no certificates"):
        client_tls(junk)
    with pytest.raises(InputError, match=r"cannot read .*absent\.pem"):
        client_tls(certificates / "absent.pem")


def test_no_tls_older_than_1_2_is_spoken(certificates):
    # A client of today cannot be brought to speak an older one everywhere, so the setting itself is looked at.
    server = server_tls(certificates / "server.pem", certificates / "server.key")
    assert server.minimum_version == client_tls().minimum_version == ssl.TLSVersion.TLSv1_2
