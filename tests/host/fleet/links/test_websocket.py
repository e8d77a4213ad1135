# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers that speak OCPP-J themselves: at a server that the test directs, and at our own central system."""

import http
import socket
import ssl
import threading

import pytest
from chargerctl.fleet.links import websocket
from chargerctl.loop_thread import LoopThread
from chargerctl.ocppj import basic_auth

from tests.certificates import make_certificates
from tests.host.central.ocppj.running import RunningCentral
from tests.host.fleet.links.websockets import CentralSystem
from tests.mosquitto import free_port

ACCEPTED = "BootNotification accepted"


def makes(fleet, url, **more):
    return websocket.WebSockets(fleet.firmware, fleet.sockets, websocket.CentralSystem(url, **more))


@pytest.fixture
def start_central():
    started = []

    def start(**options):
        started.append(CentralSystem(**options))
        return started[-1]

    yield start
    for central in started:
        central.close()


@pytest.fixture
def central(start_central):
    return start_central()


@pytest.fixture
def one(fleet, central):
    """A charger that is accepted, and has had its answers."""
    fleet.add(makes(fleet, f"ws://127.0.0.1:{central.port}/ocpp/"), "cp 1")
    fleet.until_called("StatusNotification", connectorId=1)
    fleet.until(lambda: len(fleet.answers("cp 1")) == len(fleet.calls(..., "cp 1")), "the answers")
    fleet.forget()
    return fleet.chargers["cp 1"]


def test_the_identity_is_in_the_path_and_the_password_in_the_header(fleet, central):
    passwords = {"cp 1": b"\x00\xff secret"}
    fleet.add(makes(fleet, f"ws://127.0.0.1:{central.port}/ocpp", password_of=passwords.get), "cp 1", "cp-2")
    fleet.until_said(ACCEPTED)
    assert sorted(central.visits) == [
        ("/ocpp/cp%201", basic_auth("cp 1", b"\x00\xff secret")),
        ("/ocpp/cp-2", None),
    ]


def test_twenty_chargers_at_our_own_central_system(fleet, tmp_path):
    thread = LoopThread()
    central = RunningCentral(tmp_path, thread)
    try:
        fleet.add(makes(fleet, central.url), *(f"cp-{number}" for number in range(20)))
        fleet.until_said(ACCEPTED)
        fleet.begin_session()
        fleet.end_session()
        fleet.until(lambda: not any(charger.unconfirmed for charger in fleet.chargers.values()), "answers")
        assert len(central.sessions()) == 20
        assert central.violations() == []
    finally:
        fleet.power_off()
        central.close()
        thread.close()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (http.HTTPStatus.UNAUTHORIZED, "it wants a password (HTTP 401)"),
        (http.HTTPStatus.NOT_FOUND, "it knows no /cp (HTTP 404)"),
        (http.HTTPStatus.SERVICE_UNAVAILABLE, "it cannot answer now (HTTP 503)"),
    ],
)
def test_a_handshake_that_is_refused(fleet, start_central, status, words):
    central = start_central()
    central._note = lambda connection, _request: connection.respond(status, "no")
    central.stop()
    central.start()
    fleet.add(makes(fleet, f"ws://127.0.0.1:{central.port}"), "cp")
    fleet.until_said(f"No connection to 127.0.0.1:{central.port} ({words}), next try in 1 s")


def test_a_server_that_does_not_agree_to_the_subprotocol(fleet, start_central):
    central = start_central(subprotocols=None)
    fleet.add(makes(fleet, f"ws://127.0.0.1:{central.port}"), "cp")
    fleet.until_said("it agreed to no subprotocol, not to ocpp1.6")


def test_what_answers_is_no_web_server(fleet):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            connection.sendall(b"\x20\x02\x00\x00" * 100)
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        fleet.add(makes(fleet, f"ws://127.0.0.1:{server.getsockname()[1]}"), "cp")
        fleet.until_said("No connection to 127.0.0.1")


def test_nobody_listens_at_the_port(fleet):
    fleet.add(makes(fleet, f"ws://127.0.0.1:{free_port()}"), "cp")
    fleet.until_said("(connection refused), next try in 1 s")
    fleet.until_said("(connection refused), next try in 2 s")


def test_a_restart_is_told_by_its_code_and_the_charger_comes_back(fleet, central, one):
    central.stop(1012)
    fleet.until_said("lost (it closed the connection: it restarts), next try in 1 s")
    central.start()
    fleet.until_said("Connected to 127.0.0.1")
    assert one.connected


def test_the_charger_says_goodbye_before_a_restart_that_it_was_asked_for(fleet, central, one):
    (connection,) = central.open
    central.say('[2,"1","Reset",{"type":"Soft"}]')
    fleet.until(lambda: connection.close_code is not None, "the end")
    assert connection.close_code == 1001
    fleet.until_said(ACCEPTED)


def test_a_connection_that_is_dead_is_found_out_by_a_ping(fleet, one):
    fleet.networks["cp 1"].half_open()
    fleet.until_said("lost (no answer to a ping in 5 s)")
    fleet.forget()
    fleet.until_said("Connected to 127.0.0.1")


def test_messages_that_the_firmware_s_own_link_discards(fleet, central, one):
    central.say("x" * 2049)
    central.say(b'[2,"1","Reset",{}]')
    central.say(['[2,"7","GetConfiguration",', '{"key":["HeartbeatInterval"]}]'])
    fleet.until(lambda: any('"7"' in frame for frame in central.received), "the answer")
    assert fleet.said("Discarded a message of 2049 bytes", "cp 1")
    assert fleet.said("Discarded a message of 18 bytes that is no text", "cp 1")
    assert one.connected


def test_a_message_beyond_all_bounds_ends_the_connection_with_1009(fleet, central, one):
    (connection,) = central.open
    central.say("x" * 70_000)
    fleet.until_said("lost (a message of more than 65536 bytes came: the connection was closed)")
    fleet.until(lambda: connection.close_code is not None, "the end")
    assert connection.close_code == 1009


def test_tls_with_the_server_s_certificate_and_with_another_one(fleet, start_central, tmp_path):
    folder = make_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    central = start_central(ssl=context)
    url = f"wss://localhost:{central.port}"
    fleet.add(makes(fleet, url, ca=folder / "ca.pem"), "cp")
    fleet.until_said(ACCEPTED, "cp")
    fleet.add(makes(fleet, url, ca=folder / "other.pem"), "wary")
    fleet.until_said("its certificate is not signed by an authority that is trusted here", "wary")


def test_a_slow_reader_holds_up_the_charger_and_loses_nothing(fleet, central, one):
    fleet.networks["cp 1"].slow(2000)
    fleet.begin_session()
    fleet.networks["cp 1"].heal()
    fleet.end_session()
    assert one.connected
