# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A WebSocket link at a central system that means it ill, or is broken, over a stream of the test's own."""

import errno
from types import SimpleNamespace

import pytest
from chargerctl.bridge.socket import Approach
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.links.names import Names
from chargerctl.fleet.links.websocket_link import PLACES, WebSocketLink
from chargerctl.ocppj import SUBPROTOCOL
from websockets.frames import OP_CONT, OP_PING, OP_TEXT, Frame
from websockets.http11 import Request
from websockets.server import ServerProtocol

_PASS_MS = 5


class Ill:
    """The stream and the server behind it. flood: what it says without end; reads: whether it takes anything.

    received: bytes that the link took; offered: most bytes that it wanted to send at once; pings: of the link."""

    opened = True

    def __init__(self):
        self._server = ServerProtocol(subprotocols=[SUBPROTOCOL])
        self._coming = b""
        self.flood = b""
        self.reads = True
        self.received = 0
        self.offered = 0
        self.pings = 0

    def connect(self, *_):
        pass

    def send(self, data):
        self.offered = max(self.offered, len(data))
        if not self.reads:
            raise BlockingIOError(errno.EAGAIN, "")
        self._server.receive_data(data)
        for event in self._server.events_received():
            if isinstance(event, Request):
                self._server.send_response(self._server.accept(event))
            elif event.opcode is OP_PING:
                self.pings += 1
        self._coming += b"".join(self._server.data_to_send())
        return len(data)

    def say(self, data):
        self._coming += data

    def receive(self, most):
        data, self._coming = self._coming[:most], self._coming[most:]
        data = data or self.flood[:most]
        if not data:
            raise BlockingIOError(errno.EAGAIN, "")
        self.received += len(data)
        return data

    def close(self):
        pass


class Setup:
    def __init__(self):
        self.now = 1000
        self.stream = Ill()
        self.lines = []
        network = SimpleNamespace(
            sockets=SimpleNamespace(names=Names(None)),
            stream=lambda: self.stream,
            stir=lambda: None,
            vanish=lambda: None,
        )
        self.link = WebSocketLink(
            network,
            Approach("ws://192.0.2.1:9000/cp", "cp", None, None, 5),
            120,
            SimpleNamespace(connected=True),
            Firmware().module("ticks"),
            lambda: self.now,
            lambda n: 0,
            lambda _tag, text: self.lines.append(text),
        )
        self.pass_until(lambda: self.link.connected)

    def passes(self, seconds):
        for _ in range(int(seconds * 1000 / _PASS_MS)):
            self.now += _PASS_MS
            self.link.step(self.now)

    def pass_until(self, holds):
        for _ in range(1000):
            if holds():
                return
            self.passes(0.005)
        pytest.fail(f"it did not come about: {self.lines}")


@pytest.fixture
def setup():
    return Setup()


def _frame(opcode, data=b"", fin=True):
    return Frame(opcode, data, fin).serialize(mask=False)


def test_nothing_is_read_while_messages_wait(setup):
    setup.stream.flood = _frame(OP_TEXT) * 8192
    setup.passes(0.005)
    read = setup.stream.received
    for _ in range(100):
        assert setup.link.receive() == ""
        setup.passes(0.005)
    assert setup.stream.received == read
    # All of it comes, and then there is room again.
    for _ in range(8192):
        setup.link.receive()
        setup.passes(0.005)
    assert setup.stream.received > read


def test_the_places_are_not_exceeded(setup):
    setup.stream.flood = _frame(OP_TEXT) * 100
    setup.passes(1)
    assert [setup.link.receive() for _ in range(PLACES + 1)] == [""] * PLACES + [None]


def test_a_message_in_fragments_of_nothing_ends_the_connection(setup):
    setup.stream.flood = _frame(OP_CONT, fin=False) * 500
    setup.stream.say(_frame(OP_TEXT, fin=False))
    setup.pass_until(lambda: setup.lines[-1].startswith("Connection to 192.0.2.1:9000 lost"))


def test_of_who_pings_and_does_not_listen_nothing_more_is_read_and_the_connection_ends(setup):
    setup.stream.reads = False
    setup.stream.flood = _frame(OP_PING, b"x" * 125) * 100
    setup.passes(4.9)
    assert setup.link.connected
    assert setup.stream.received < 20_000
    assert setup.stream.offered < 20_000
    setup.passes(0.2)
    assert "lost (it did not take a message in 5 s)" in setup.lines[-1]


def test_the_quiet_that_a_ping_ends_begins_with_the_last_message_however_long_the_charger_slept(setup):
    setup.now += 100_000
    assert setup.link.publish("[]")
    setup.stream.say(_frame(OP_TEXT))
    setup.passes(30)
    assert setup.stream.pings == 0
    setup.passes(95)
    assert setup.stream.pings == 1
