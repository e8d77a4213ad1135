# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Brokers that do not speak MQTT 5, or no MQTT at all: the simulator's own, and servers that answer with given bytes."""

import socket
import threading
from contextlib import contextmanager

import pytest
from chargerctl.doctor.broker import broker_findings
from chargerctl.doctor.probe import Login, probe
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.local_broker import LocalBroker
from hypothesis import given, settings
from hypothesis import strategies as st

WELCOME = bytes((0x20, 2, 0, 0))


def found(port, newer_s=30.0):
    """{check: (result, text, remedy)} of the broker's findings."""
    where = Login("127.0.0.1", port, "/charger/x", "/system/x", username="box-1")
    return {
        each.check: (each.result, each.text.partition(": ")[2] or each.text, each.remedy)
        for each in broker_findings(where, probe(where, 0, newer_s=newer_s))
    }


def version_in(connect):
    """Of a CONNECT packet: its protocol level."""
    return connect[8]


@contextmanager
def server(answers, then=None):
    """A server that sends each client answers(version), has `then` talk on with it, and hangs up; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                with client:
                    talk(client)

        def talk(client):
            connect = client.recv(1024)
            if len(connect) > 8:
                client.sendall(answers(version_in(connect)))
                if then:
                    then(client)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_the_broker_of_the_simulation_is_asked_with_mqtt_3_1_1_and_prints_no_traceback(capfd):
    broker = LocalBroker(LoopThread())
    try:
        checks = found(broker.port, newer_s=0.2)
    finally:
        broker.close()
    assert checks["broker"][0] == "ok"
    assert checks["topics"][0] == "skipped"
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "to_mqtt_5", [b"", bytes((0x20, 2, 0, 1)), bytes((0x20, 3, 0, 132, 0)), bytes((0x20, 3, 0, 7, 0))]
)
def test_a_broker_without_mqtt_5_is_asked_as_the_charger_asks(to_mqtt_5):
    with server(lambda version: to_mqtt_5 if version == 5 else WELCOME) as port:
        assert found(port)["broker"][0] == "ok"


@pytest.mark.parametrize(
    ("code", "words", "remedy"),
    [
        (1, "what it answers is no MQTT 3.1.1", "a broker that speaks MQTT 3.1.1"),
        (2, "it refused user box-1: Client identifier not valid", "any client id"),
        (3, "it refused user box-1: Server unavailable", "wait until the broker is up"),
        (4, "it refused user box-1: Bad user name or password", "correct [mqtt] username and password"),
        (5, "it refused user box-1: Not authorized", "correct [mqtt] username and password"),
    ],
)
def test_a_refusal_has_the_remedy_that_helps(code, words, remedy):
    with server(lambda version: b"" if version == 5 else bytes((0x20, 2, 0, code))) as port:
        result, text, way = found(port)["broker"]
    assert (result, text) == ("failed", words)
    assert remedy in way


def test_a_refusal_with_mqtt_5_is_not_asked_about_again():
    versions = []

    def answers(version):
        versions.append(version)
        return bytes((0x20, 3, 0, 134, 0))

    with server(answers) as port:
        assert found(port)["broker"][0] == "failed"
    assert versions == [5]


def reads_a_subscription(client):
    client.recv(1024)


def reads_a_message(client):
    """After it has acknowledged four subscriptions."""
    client.sendall(b"".join(bytes((0x90, 4, 0, number, 0, 1)) for number in (1, 2, 3, 4)))
    data = b""
    while b"\x32" not in data:  # PUBLISH with QoS 1
        data += client.recv(1024) or b"\x32"


@pytest.mark.parametrize(
    ("reads", "after"),
    [
        (reads_a_subscription, "a subscription to /system/x"),
        (reads_a_message, "a message on /charger/x/connection"),
    ],
)
def test_a_broker_that_ends_the_connection_later_failed(reads, after):
    with server(lambda version: bytes((0x20, 3, 0, 0, 0)), reads) as port:
        checks = found(port)
    assert checks["broker"][0] == "ok"
    assert checks["topics"][0] == "failed"
    assert f"ended the connection of user box-1 after {after}" in checks["topics"][1]


@settings(max_examples=20)
@given(st.binary(max_size=40))
def test_whatever_a_server_answers_there_is_a_finding(data):
    with server(lambda version: data) as port:
        assert "broker" in found(port)
