# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The socket beneath paho-mqtt: few calls of the system, and nothing lost, doubled or out of order."""

import socket

import pytest
from chargerctl.mqtt.gathering import GatheringSocket


class Counting:
    """A socket that counts what is asked of it."""

    def __init__(self, sock):
        self._socket = sock
        self.calls = []

    def __getattr__(self, name):
        def call(*args):
            self.calls.append(name)
            return getattr(self._socket, name)(*args)

        return call


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield Counting(ours), theirs


def test_much_is_received_at_once_and_read_in_pieces(ends):
    ours, theirs = ends
    gathering = GatheringSocket(ours)
    theirs.sendall(b"abcdefgh")
    gathering.receive_more()
    assert [gathering.recv(1), gathering.recv(3), gathering.recv(100)] == [b"a", b"bcd", b"efgh"]
    assert ours.calls == ["recv"]
    assert not gathering.pending()


def test_in_one_turn_of_the_loop_it_receives_once_so_that_a_flood_does_not_keep_others_waiting(ends):
    ours, theirs = ends
    gathering = GatheringSocket(ours)
    theirs.sendall(b"ab")
    gathering.receive_more()
    assert gathering.recv(2) == b"ab"
    theirs.sendall(b"cd")
    with pytest.raises(BlockingIOError):
        gathering.recv(2)
    gathering.receive_more()
    assert gathering.recv(2) == b"cd"


def test_what_is_sent_goes_out_together(ends):
    ours, theirs = ends
    gathering = GatheringSocket(ours)
    for part in (b"ab", b"cd", b"ef"):
        assert gathering.send(part) == 2
    assert ours.calls == []
    assert gathering.flush()
    assert ours.calls == ["send"]
    assert theirs.recv(100) == b"abcdef"


def test_what_the_network_does_not_take_waits_in_its_order_and_is_bounded(ends):
    gathering, theirs = GatheringSocket(ends[0]), ends[1]
    sent = bytearray()
    for number in range(100_000):
        part = b"%08d" % number * 100
        try:
            gathering.send(part)
        except BlockingIOError:
            break
        sent += part
    assert len(sent) < 10_000_000
    assert not gathering.flush()
    came = bytearray()
    while len(came) < len(sent):
        came += theirs.recv(1 << 20)
        gathering.flush()
    assert came == sent


def test_closed_it_has_sent_what_it_had(ends):
    gathering, theirs = GatheringSocket(ends[0]), ends[1]
    gathering.send(b"last")
    gathering.close()
    assert theirs.recv(100) == b"last"
    assert theirs.recv(100) == b""


def test_the_end_and_a_lost_connection_are_the_callers_to_see(ends):
    gathering, theirs = GatheringSocket(ends[0]), ends[1]
    theirs.close()
    gathering.receive_more()
    assert gathering.recv(1) == b""
    gathering.send(b"x")
    with pytest.raises(OSError, match="Broken pipe"):
        gathering.flush()
