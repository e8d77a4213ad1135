# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why the central system's client cannot use a broker: named, with host and port."""

import contextlib
import socket
import threading

import pytest
from chargerctl.errors import ChargerctlError
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt import local_broker
from chargerctl.mqtt.local_broker import HOST, LocalBroker
from chargerctl.simulator.network.mqtt_client import Client


def nobody(topic, payload):
    pass


def test_a_subscription_that_the_broker_refuses_is_named(monkeypatch):
    plugins = {
        "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
        "amqtt.plugins.topic_checking.TopicTabooPlugin": {},
    }
    monkeypatch.setattr(local_broker, "_ANONYMOUS", plugins)
    broker = LocalBroker(LoopThread())
    try:
        with pytest.raises(ChargerctlError) as caught:
            Client(HOST, broker.port, ["top-secret"], nobody)
    finally:
        broker.close()
    assert str(caught.value) == (
        f"the MQTT broker at {HOST}:{broker.port} refused the connection: "
        "it does not allow a subscription to top-secret"
    )


def test_a_server_that_closes_at_once_may_speak_tls():
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]

        def hang_up():
            with contextlib.suppress(OSError):  # the test is over, and its port closed
                for _ in range(3):
                    peer, _ = listener.accept()
                    peer.recv(100)
                    peer.close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(ChargerctlError, match=f"{HOST}:{port} refused .* does it speak TLS at that port"):
            Client(HOST, port, ["a"], nobody)
