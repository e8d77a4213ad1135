# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger at the embedded broker beyond loopback: with its own password, to its own topics."""

from __future__ import annotations

import socket

import pytest
from chargerctl.central.accounts import Account
from chargerctl.central.books.interface import BooksError
from chargerctl.central.mqtt.connect import ConnectError, read_connect
from chargerctl.central.mqtt.gate import Gate
from chargerctl.central.ocppj.limits import Limits
from chargerctl.central.passwords import hash_password
from chargerctl.events.sparing import STRANGERS, Sparing
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt import local_broker
from chargerctl.mqtt.local_broker import HOST, LocalBroker
from chargerctl.mqtt.topics import Topics
from chargerctl.ocppj import server_tls
from paho.mqtt.client import MQTTv5

from tests.certificates import make_certificates
from tests.host.central.mqtt.client import BOUND_S, Client
from tests.mosquitto import needs_mosquitto

CONNECT = bytes.fromhex("00044d5154540406003c0003632d310001740002f309")


class Place:
    """An embedded broker with the chargers c-1 and c-2, whose passwords are secret-1 and secret-2."""

    def __init__(self, tls=None, limits=None) -> None:
        self.thread = LoopThread()
        self.events = []
        self.books_fail = False
        self._hashes = {
            f"c-{number}": hash_password(f"secret-{number}".encode(), iterations=10) for number in (1, 2)
        }
        self.gate = Gate(self._account, Topics(), self.events.append, limits)
        self.broker = LocalBroker(self.thread, doorkeeper=self.gate, tls=tls)
        self.port = self.broker.port
        self._clients = []

    def _account(self, serial):
        if self.books_fail:
            raise BooksError("gone")
        return Account(serial, self._hashes[serial]) if serial in self._hashes else None

    def client(self, username, password, **more):
        client = Client(self.port, username, password, **more)
        self._clients.append(client)
        return client

    def charger(self, number=1, **more):
        return self.client(f"c-{number}", f"secret-{number}", **more)

    def central(self):
        return self.client(self.gate.username, self.gate.password)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.broker.close()
        self.gate.close()
        self.thread.close()


@pytest.fixture
def place():
    opened = Place()
    yield opened
    opened.close()


def test_a_charger_with_its_password_has_its_own_topics(place):
    charger, central = place.charger(), place.central()
    assert charger.code == "Success"
    assert central.subscribe("/charger/+")
    assert charger.subscribe("/system/c-1")
    assert charger.subscribe("/system/c-1/connection")
    charger.publish("/charger/c-1", "frame")
    central.wait_for("/charger/c-1", b"frame")
    central.publish("/system/c-1", "answer")
    charger.wait_for("/system/c-1", b"answer")


@pytest.mark.parametrize(
    "topic",
    [
        "/system/c-2",
        "/system/c-2/connection",
        "/system/+",
        "/system/#",
        "#",
        "/charger/c-1",
        "/charger/c-2",
        "$SYS/#",
    ],
)
def test_a_charger_cannot_read_what_is_not_for_it(place, topic):
    assert not place.charger().subscribe(topic)


@pytest.mark.parametrize(
    "topic",
    ["/charger/c-2", "/charger/c-2/connection", "/system/c-1", "/system/c-2", "/charger/c-1/x", "other"],
)
def test_what_a_charger_publishes_elsewhere_reaches_nobody(place, topic):
    central, charger = place.central(), place.charger()
    assert central.subscribe("#")
    charger.publish(topic, "forged", retain=True)
    charger.publish("/charger/c-1", "own")
    central.wait_for("/charger/c-1", b"own")
    assert [got for got, _ in central.got] == ["/charger/c-1"]
    central.publish("/kept", "x", retain=True)
    central.wait_for("/kept", b"x")
    late = place.central()
    assert late.subscribe("#")
    late.wait_for("/kept", b"x")
    assert [got for got, _ in late.got] == ["/kept"]


def test_what_is_retained_for_one_charger_is_not_sent_to_another(place):
    central, first = place.central(), place.charger(1)
    assert first.subscribe("/system/c-1/connection")
    central.publish("/system/c-1/connection", "online", retain=True)
    first.wait_for("/system/c-1/connection", b"online")
    second = place.charger(2)
    assert second.subscribe("/system/c-2/connection")
    central.publish("/system/c-2/connection", "online", retain=True)
    second.wait_for("/system/c-2/connection", b"online")
    assert {topic for topic, _ in second.got} == {"/system/c-2/connection"}


@pytest.mark.parametrize(
    ("username", "password"),
    [("c-1", "secret-2"), ("c-1", ""), ("stranger", "secret-1"), ("", ""), ("c-1/", "secret-1"), ("+", "x")],
)
def test_without_the_right_password_nobody_is_let_in(place, username, password):
    assert place.client(username, password, client_id="x").code == "Bad user name or password"
    assert [event.what for event in place.events] == ["refused"]


def test_the_password_is_in_no_event(place):
    place.client("c-1", "not-this-one")
    assert "not-this-one" not in str(place.events)


def test_a_last_will_for_another_charger_is_refused(place):
    assert place.charger(1, will=("/charger/c-2/connection", "offline")).code == "Not authorized"


def test_a_charger_that_is_cut_off_is_told_by_its_last_will(place):
    central = place.central()
    assert central.subscribe("/charger/+/connection")
    place.charger(1, will=("/charger/c-1/connection", "offline")).cut()
    central.wait_for("/charger/c-1/connection", b"offline")


def test_nobody_ends_another_chargers_session_by_its_client_id(place):
    victim = place.charger(1)
    assert victim.subscribe("/system/c-1")
    place.client("stranger", "x", client_id="c-1")
    place.charger(2, client_id="c-1")
    place.central().publish("/system/c-1", "still there")
    victim.wait_for("/system/c-1", b"still there")


def test_a_charger_that_comes_back_ends_its_own_old_session(place):
    old = place.charger(1)
    assert old.subscribe("/system/c-1")
    new = place.charger(1)
    assert new.subscribe("/system/c-1")
    place.central().publish("/system/c-1", "to the new one")
    new.wait_for("/system/c-1", b"to the new one")
    assert old.got == []


def test_without_the_books_a_charger_is_told_to_come_later(place):
    place.books_fail = True
    assert place.charger().code == "Server unavailable"


def test_mqtt_5_is_refused_with_the_word_for_it(place):
    assert "protocol version" in place.client("c-1", "secret-1", protocol=MQTTv5).code


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01",
        b"\x10\xff\xff\xff\xff",
        b"\x10\x05\x00\x04MQTT",
        b"\x10\x00",
    ],
)
def test_what_is_no_connect_is_hung_up_on(place, data):
    with socket.create_connection((HOST, place.port), timeout=BOUND_S) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        while client.recv(100):
            pass
    assert place.charger().code == "Success"


def test_whoever_knocks_without_an_account_fills_no_log(place):
    log = []
    sparing = Sparing(log.append)
    for _ in range(100):
        with socket.create_connection((HOST, place.port), timeout=BOUND_S) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            client.shutdown(socket.SHUT_WR)
            while client.recv(100):
                pass
    for event in place.events:
        sparing(event)
    assert len(place.events) > STRANGERS.of_one
    assert len(log) == STRANGERS.of_one


@pytest.fixture
def small():
    """A place for two that have not said who they are, of one address."""
    opened = Place(limits=Limits(handshakes=500, handshakes_of_address=2, handshake_s=0.3))
    yield opened
    opened.close()


def test_who_says_nothing_takes_the_places_of_its_own_address_only_and_not_for_long(small):
    silent = [socket.create_connection((HOST, small.port), timeout=BOUND_S) for _ in range(3)]
    assert [client.recv(1) for client in silent] == [b"", b"", b""]
    texts = sorted(event.text for event in small.events)
    assert texts == [
        "MQTT from 127.0.0.1 refused: 2 handshakes of this address are open",
        "MQTT from 127.0.0.1 refused: no CONNECT within 0.3 s",
        "MQTT from 127.0.0.1 refused: no CONNECT within 0.3 s",
    ]
    for client in silent:
        client.close()
    assert small.charger().code == "Success"


def test_with_a_certificate_it_speaks_tls_and_the_central_system_has_a_door_of_its_own(tmp_path):
    needs_mosquitto()  # for openssl
    made = make_certificates(tmp_path)
    place = Place(server_tls(made / "server.pem", made / "server.key"))
    try:
        charger = place.charger(tls=made / "ca.pem", host="localhost")
        assert charger.code == "Success"
        assert charger.subscribe("/system/c-1")
        own = Client(place.broker.own_port, place.gate.username, place.gate.password)
        own.publish("/system/c-1", "answer")
        charger.wait_for("/system/c-1", b"answer")
        own.close()
    finally:
        place.close()


def test_who_stalls_in_the_tls_handshake_is_hung_up_on(tmp_path, monkeypatch):
    needs_mosquitto()  # for openssl
    monkeypatch.setattr(local_broker, "TLS_S", 0.2)
    made = make_certificates(tmp_path)
    place = Place(server_tls(made / "server.pem", made / "server.key"))
    try:
        with socket.create_connection((HOST, place.port), timeout=20) as silent:
            assert silent.recv(1) == b""
    finally:
        place.close()


def test_a_connect_is_read_and_written_again():
    connect = read_connect(CONNECT)
    assert (connect.client_id, connect.will_topic, connect.will) == ("c-1", "t", b"\xf3\x09")
    assert connect.keep_alive == 60
    assert connect.packet() == bytes([0x10, len(CONNECT)]) + CONNECT


@pytest.mark.parametrize("size", range(len(CONNECT)))
def test_a_connect_that_ends_too_early_is_no_connect(size):
    with pytest.raises(ConnectError):
        read_connect(CONNECT[:size])
