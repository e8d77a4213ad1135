# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One connection that never blocks, to a server of the test's own that reads or not."""

import errno
import socket
from contextlib import suppress

import pytest
from chargerctl.errors import ChargerctlError
from chargerctl.fleet.links import sockets
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.links.stream import Stream, Way
from chargerctl.fleet.realtime import RealTime
from chargerctl.simulator.machine.clock import Clock

_MINUTES_US = 60_000_000


class Setup:
    def __init__(self):
        self.wall_ns = 0
        self.driver = RealTime(Clock())
        self.sockets = Sockets(self.driver)
        self.way = Way()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.stream = Stream(self.sockets, self.way, lambda: None)
        self._peers = []

    def connect(self):
        """The server's end."""
        self.begin()
        self.until(lambda: self.stream.opened)
        self._peers.append(self.server.accept()[0])
        return self._peers[-1]

    def begin(self):
        self.stream.connect(socket.AF_INET, self.server.getsockname())

    def until(self, holds):
        for _ in range(1500):
            if holds():
                return
            self.driver.run(self.driver.clock.now_us + 20_000)
        pytest.fail("it did not come about")

    def run(self, us=60_000):
        self.driver.run(self.driver.clock.now_us + us)

    def close(self):
        self.stream.close()
        self.sockets.close()
        self.driver.close()
        for each in (*self._peers, self.server):
            each.close()


@pytest.fixture
def setup():
    setup = Setup()
    yield setup
    setup.close()


def test_nothing_is_sent_before_it_is_open(setup):
    setup.begin()
    with pytest.raises(BlockingIOError) as caught:
        setup.stream.send(b"early")
    assert caught.value.errno == errno.EAGAIN


def test_what_the_peer_does_not_take_is_kept_up_to_a_board_s_buffer_and_arrives_later(setup):
    peer = setup.connect()
    sent = 0

    def send_without_end():
        nonlocal sent
        while True:
            sent += setup.stream.send(b"x" * 10_000)

    with pytest.raises(BlockingIOError):
        send_without_end()
    received = 0
    peer.settimeout(0.01)

    def all_is_there():
        nonlocal received
        with suppress(TimeoutError):
            received += len(peer.recv(1 << 20))
        return received == sent

    setup.until(all_is_there)


def test_what_is_not_taken_is_left_in_the_network_beyond_a_bound(setup):
    peer = setup.connect()
    peer.settimeout(0.05)

    def send_without_end():
        while True:
            peer.sendall(b"y" * 100_000)
            setup.run(1000)

    with pytest.raises(TimeoutError):
        send_without_end()
    assert 0 < len(setup.stream.receive(1 << 20)) <= 16_384
    # There is room again.
    setup.until(lambda: setup.stream.ready(1))


def test_the_end_comes_after_what_was_sent_before_it(setup):
    peer = setup.connect()
    peer.sendall(b"last words")
    peer.close()
    setup.until(lambda: setup.stream.ready(1))
    setup.run()
    assert setup.stream.receive(100) == b"last words"
    assert setup.stream.receive(100) == b""


def test_an_error_is_told_to_whoever_asks_next(setup):
    setup.connect()
    setup.stream.fail(errno.ECONNRESET)
    assert setup.stream.ready(1)
    for asks in (
        lambda: setup.stream.opened,
        lambda: setup.stream.receive(1),
        lambda: setup.stream.send(b"x"),
    ):
        with pytest.raises(ConnectionResetError):
            asks()


@pytest.fixture
def few_descriptors(monkeypatch):
    """few_descriptors(n): from now on so many more sockets can be had, each once another is closed."""
    real, left = socket.socket, []

    class Limited(real):
        ours = False

        def __init__(self, *args, fileno=None):
            # That of the server's end is none of ours.
            self.ours = fileno is None
            if self.ours and left[0] <= 0:
                raise OSError(errno.EMFILE, "Too many open files")
            super().__init__(*args, fileno=fileno)
            left[0] -= self.ours

        def close(self):
            left[0] += self.ours and self.fileno() != -1
            super().close()

    def limit(number):
        left[:] = [number]
        monkeypatch.setattr(sockets.socket, "socket", Limited)

    return limit


def test_without_a_descriptor_the_fleet_ends_and_the_remedy_is_told(setup, few_descriptors):
    few_descriptors(0)
    setup.begin()
    with pytest.raises(OSError, match="Too many open files"):
        assert setup.stream.opened
    with pytest.raises(
        ChargerctlError, match=r"no more connections can be opened: Too many open files; .*ulimit -n"
    ):
        setup.run()


def test_for_the_last_descriptor_the_oldest_socket_without_a_charger_goes(setup, few_descriptors):
    few_descriptors(2)
    vanished = []
    for _ in range(3):
        vanished.append(setup.connect())
        setup.stream.freeze()
        setup.stream.close()
        setup.stream = Stream(setup.sockets, setup.way, lambda: None)
    assert setup.sockets.abandoned == 2
    assert vanished[0].recv(1) == b""
    vanished[1].setblocking(False)
    with pytest.raises(BlockingIOError):
        vanished[1].recv(1)


def test_a_connection_that_is_reset_just_before_tls_begins_is_a_lost_one(setup):
    class Reset:
        """As SSLContext.wrap_socket with a connection that is gone: the descriptor is, too."""

        def wrap_socket(self, sock, **_):
            socket.socket(fileno=sock.detach()).close()
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")

    setup.stream.connect(socket.AF_INET, setup.server.getsockname(), Reset(), "localhost")
    setup.until(lambda: setup.stream.ready(1))
    with pytest.raises(ConnectionResetError):
        assert setup.stream.opened


def test_over_a_silent_way_no_connection_comes_about_until_it_speaks(setup):
    setup.way.silent = True
    setup.begin()
    setup.run()
    assert not setup.stream.opened
    setup.way.silent = False
    setup.stream.changed()
    setup.until(lambda: setup.stream.opened)


def test_a_charger_that_has_vanished_leaves_its_end_open_for_some_minutes(setup):
    peer = setup.connect()
    setup.stream.freeze()
    setup.stream.close()
    peer.setblocking(False)
    setup.run()
    with pytest.raises(BlockingIOError):
        peer.recv(1)
    assert setup.sockets.abandoned == 1
    setup.driver.clock.spend(5 * _MINUTES_US)
    assert setup.sockets.abandoned == 0
    assert peer.recv(1) == b""


def test_a_slow_way_carries_so_many_bytes_a_second(setup):
    setup.way.bytes_per_s = 500
    peer = setup.connect()
    begun_us = setup.driver.clock.now_us
    peer.sendall(b"z" * 200)
    received = b""

    def all_is_there():
        nonlocal received
        if setup.stream.ready(1):
            received += setup.stream.receive(1000)
        return len(received) == 200

    setup.until(all_is_there)
    assert setup.driver.clock.now_us - begun_us >= 300_000
