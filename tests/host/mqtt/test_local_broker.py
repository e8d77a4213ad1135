# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The broker in this process, and clients that ask for more than their share."""

from __future__ import annotations

import contextlib
import logging
import socket

import pytest
from chargerctl.central.mqtt.connect import Connect
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt import packets
from chargerctl.mqtt.local_broker import HOST, LocalBroker

from tests.host.central.mqtt.client import BOUND_S, Client


class Raw:
    """A client that writes its packets itself."""

    def __init__(self, port, client_id="raw"):
        self._socket = socket.create_connection((HOST, port), BOUND_S)
        self._socket.settimeout(BOUND_S)
        self._socket.sendall(Connect(client_id, 600).packet())
        assert self._socket.recv(4) == b"\x20\x02\x00\x00"

    def publish(self, qos, size, number=1):
        number = number.to_bytes(2, "big") if qos else b""
        body = b"\0\x01t" + number + b"x" * size
        length, digits = len(body), bytearray()
        while True:
            length, digit = divmod(length, 128)
            digits.append(digit | (0x80 if length else 0))
            if not length:
                break
        self._socket.sendall(bytes([0x30 | qos << 1]) + digits + body)

    def is_cut(self):
        """Whether the broker ends the connection instead of answering anything more."""
        try:
            self._socket.sendall(b"\xc0\0")
            return self._socket.recv(100) == b""
        except OSError:
            return True

    def close(self):
        self._socket.close()


@pytest.fixture
def events():
    return []


@pytest.fixture
def broker(events):
    thread = LoopThread()
    opened = LocalBroker(thread, tell=events.append)
    yield opened
    opened.close()
    thread.close()


@pytest.fixture
def raw(broker):
    client = Raw(broker.port)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("qos", "size", "why"),
    [
        (2, 10, "QoS 2"),
        (3, 10, "QoS 2"),
        (0, packets.MOST_BYTES, "more than 270000 bytes"),
        (1, 900_000, "more than 270000 bytes"),
    ],
)
def test_what_would_be_kept_without_a_limit_ends_the_connection(broker, raw, events, qos, size, why):
    with contextlib.suppress(OSError):  # it was cut while it wrote
        raw.publish(qos, size)
    assert raw.is_cut()
    assert [(event.what, why in event.text) for event in events] == [("refused", True)]
    assert events[0].details == {"address": HOST}


@pytest.mark.parametrize("qos", [0, 1])
def test_a_frame_of_the_largest_size_passes(broker, raw, qos):
    reader = Client(broker.port, client_id="reader")
    assert reader.subscribe("t")
    raw.publish(qos, 256 * 1024)
    reader.wait_for("t", b"x" * 256 * 1024)
    reader.close()


def test_a_subscriber_that_never_answers_is_not_waited_for(broker, events):
    """Every message to it would be kept for 5 s, and be a warning then."""
    reader = Client(broker.port, client_id="reader")
    assert reader.subscribe("t")
    assert reader.granted == 0
    reader.close()


def test_what_amqtt_warns_of_is_told_and_not_written(broker, events, capfd):
    logging.getLogger("amqtt.mqtt.protocol.handler").warning("Timeout\x1b[2J for \u202e%s", 7)
    assert [event.text for event in events] == ["MQTT broker: Timeout\\x1b[2J for \\u202e7"]
    assert capfd.readouterr().err == ""


def test_who_floods_is_read_from_more_slowly(monkeypatch, broker):
    monkeypatch.setattr(packets, "_AT_ONCE", 1000)
    waits = []
    sleep = packets.asyncio.sleep

    async def slept(seconds):
        waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr(packets.asyncio, "sleep", slept)
    flooding = Raw(broker.port, "flood")
    for _ in range(20):
        flooding.publish(0, 100_000)
    flooding.publish(1, 1)
    assert flooding._socket.recv(4) == b"\x40\x02\0\x01"
    assert max(waits) > 0.5
    flooding.close()
