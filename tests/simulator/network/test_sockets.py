# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""socketpool and select as the two chip families have them: errors by name, blocking by the clock."""

import errno

import pytest

PORT = 7


@pytest.fixture
def host(online, echo):
    """The board, and a connected socket to a server that does what the test says."""
    online.server = echo
    online.network.serve("10.0.0.99", PORT, echo)
    return online


def connected(board, timeout=0):
    socket = board.pool.socket()
    socket.settimeout(5)
    socket.connect(("10.0.0.99", PORT))
    socket.settimeout(timeout)
    return socket


def code(call) -> str:
    with pytest.raises(OSError) as raised:  # noqa: PT011 - its errno is what is looked at
        call()
    return errno.errorcode[raised.value.errno]


def receive(socket, size=64) -> bytes:
    buffer = bytearray(size)
    return bytes(buffer[: socket.recv_into(buffer)])


# Connecting.


def test_connecting_takes_a_round_trip_on_esp32_and_steps_of_100_ms_on_rp2(host):
    socket = host.pool.socket()
    socket.settimeout(1)
    took = host.took(lambda: socket.connect(("10.0.0.99", PORT)))
    expected = 2 * host.costs.network_delay / 1e6 if host.is_esp32 else 0.1
    assert took == pytest.approx(expected, abs=0.002)


def test_a_black_hole_costs_the_timeout_and_no_more(host):
    host.network.faults.syn_black_hole = True
    socket = host.pool.socket()
    socket.settimeout(0.2)
    start = host.clock.now_us
    assert code(lambda: socket.connect(("10.0.0.99", PORT))) == (
        "ETIMEDOUT" if host.is_esp32 else "EINPROGRESS"
    )
    assert host.clock.now_us - start == pytest.approx(200_000, abs=1_000)


def test_an_address_where_nobody_is_never_answers(host):
    socket = host.pool.socket()
    socket.settimeout(0.3)
    assert code(lambda: socket.connect(("10.0.0.77", PORT))) in ("ETIMEDOUT", "EINPROGRESS")


def test_a_closed_port_refuses_at_once(host):
    socket = host.pool.socket()
    socket.settimeout(5)
    start = host.clock.now_us
    assert code(lambda: socket.connect(("10.0.0.99", PORT + 1))) == "ECONNRESET"
    assert host.clock.now_us - start < 150_000


def test_servers_that_are_down_refuse(host):
    host.network.broker(False)
    socket = host.pool.socket()
    socket.settimeout(5)
    assert code(lambda: socket.connect(("10.0.0.99", PORT))) == "ECONNRESET"
    host.network.broker(True)
    assert connected(host)


def test_esp32_rounds_the_connect_timeout_up_to_its_steps(esp32):
    esp32.join()
    esp32.network.faults.syn_black_hole = True
    socket = esp32.pool.socket()
    socket.settimeout(0.15)
    took = esp32.took(lambda: code(lambda: socket.connect((esp32.address, 1883))))
    assert took == pytest.approx(0.2, abs=0.001)


def test_without_wifi_connecting_fails_at_once(any_board):
    socket = any_board.pool.socket()
    socket.settimeout(5)
    took = any_board.took(lambda: code(lambda: socket.connect(("10.0.0.10", 1883))))
    assert took < 0.002


def test_rp2_can_connect_without_waiting(rp2, echo):
    rp2.join()
    rp2.network.serve("10.0.0.99", PORT, echo)
    socket = rp2.pool.socket()
    socket.settimeout(0)
    assert code(lambda: socket.connect(("10.0.0.99", PORT))) == "EINPROGRESS"
    assert code(lambda: socket.send(b"x")) == "EPIPE"
    assert code(lambda: socket.connect(("10.0.0.99", PORT))) == "EALREADY"
    rp2.wait(0.1)
    assert socket.send(b"x") == 1
    assert code(lambda: socket.connect(("10.0.0.99", PORT))) == "EISCONN"


def test_esp32_cannot_use_a_socket_whose_connect_timed_out(esp32, echo):
    esp32.join()
    esp32.network.serve("10.0.0.99", PORT, echo)
    socket = esp32.pool.socket()
    socket.settimeout(0)
    assert code(lambda: socket.connect(("10.0.0.99", PORT))) == "ETIMEDOUT"
    esp32.wait(0.1)
    assert code(lambda: socket.send(b"x")) == "EPIPE"


# Receiving and sending.


def test_what_is_sent_arrives_in_order(host):
    socket = connected(host)
    socket.send(b"one ")
    socket.sendall(b"two")
    host.wait(0.1)
    assert host.server.got == b"one two"


def test_nothing_to_read_is_eagain_at_once(host):
    socket = connected(host)
    took = host.took(lambda: code(lambda: receive(socket)))
    assert took == pytest.approx(host.costs.socket_call / 1e6)
    assert code(lambda: receive(socket)) == "EAGAIN"


def test_a_read_with_a_timeout_returns_as_soon_as_something_comes(host):
    socket = connected(host, timeout=3)
    host.clock.call_in(500_000, lambda: host.server.connection.send(b"hello"))
    assert host.took(lambda: receive(socket)) == pytest.approx(0.51, abs=0.01)


def test_a_read_that_waits_in_vain_is_etimedout(host):
    socket = connected(host, timeout=3)
    start = host.clock.now_us
    assert code(lambda: receive(socket)) == "ETIMEDOUT"
    assert host.clock.now_us - start == pytest.approx(3_000_000, abs=1_000)


def test_a_peer_that_closed(host):
    socket = connected(host)
    host.server.connection.send(b"bye")
    host.server.connection.finish()
    host.wait(0.1)
    assert receive(socket) == b"bye"
    if host.is_esp32:
        assert code(lambda: receive(socket)) == "ENOTCONN"
        assert code(lambda: socket.send(b"x")) == "EPIPE"
    else:
        assert receive(socket) == b""
    socket.settimeout(1)
    assert receive(socket) == b""


def test_a_connection_that_was_reset(host):
    socket = connected(host)
    host.server.connection.reset()
    host.wait(0.1)
    if host.is_esp32:
        assert code(lambda: receive(socket)) == "EAGAIN"
        assert code(lambda: receive(socket)) == "ENOTCONN"
    else:
        assert code(lambda: receive(socket)) == "ECONNRESET"


def test_esp32_hides_a_reset_behind_etimedout_when_it_may_wait(esp32, echo):
    esp32.join()
    esp32.network.serve("10.0.0.99", PORT, echo)
    socket = connected(esp32, timeout=2)
    echo.connection.reset()
    start = esp32.clock.now_us
    assert code(lambda: receive(socket)) == "ETIMEDOUT"
    assert esp32.clock.now_us - start == pytest.approx(2_000_000, abs=1_000)


def test_sending_on_a_reset_connection_fails(host):
    socket = connected(host)
    host.server.connection.reset()
    host.wait(0.1)
    assert code(lambda: socket.send(b"x")) == ("ECONNRESET" if host.is_esp32 else "EPIPE")


def test_a_full_send_buffer_takes_part_and_then_says_eagain(host):
    socket = connected(host)
    host.network.faults.hold_out = True
    assert socket.send(bytes(4000)) == 4000
    assert socket.send(bytes(4000)) == 1760
    assert code(lambda: socket.send(b"x")) == "EAGAIN"
    host.network.faults.hold_out = False
    host.wait(1)
    assert len(host.server.got) == 5760
    assert socket.send(b"x") == 1


def test_a_server_that_floods_is_held_by_the_window_and_loses_nothing(host):
    socket = connected(host)
    data = bytes(range(256)) * 80
    host.server.connection.send(data)
    host.wait(0.1)
    got = b""
    while len(got) < len(data):
        host.wait(0.001)
        got += receive(socket, 4096)
    assert got == data


def test_calls_cost_time(host):
    socket = connected(host)
    assert host.took(lambda: socket.send(b"x")) == pytest.approx(host.costs.socket_call / 1e6)


def test_a_closed_socket_says_ebadf(host):
    socket = connected(host)
    socket.close()
    assert code(lambda: socket.send(b"x")) == "EBADF"
    assert code(lambda: receive(socket)) == "EBADF"


def test_closing_tells_the_server(host):
    with connected(host) as socket:
        socket.send(b"last words")
    host.wait(0.1)
    assert host.server.got == b"last words"
    assert host.server.gone


def test_there_are_eight_sockets(host):
    sockets = [host.pool.socket() for _each in range(8)]
    with pytest.raises(RuntimeError, match="Out of sockets"):
        host.pool.socket()
    sockets[0].close()
    host.pool.socket()


def test_a_buffer_smaller_than_asked_for_is_an_error(host):
    socket = connected(host)
    with pytest.raises(ValueError, match="buffer too small"):
        socket.recv_into(bytearray(4), 5)


def test_errors_have_their_number_and_text(host):
    socket = connected(host)
    with pytest.raises(OSError, match="EAGAIN") as raised:
        receive(socket)
    assert len(raised.value.args) == 2


# Names.


def test_names_resolve_to_where_they_are_served(online):
    took = online.took(lambda: online.pool.getaddrinfo("broker.example", 1883))
    assert took == pytest.approx(online.costs.dns_lookup / 1e6, abs=0.001)
    info = online.pool.getaddrinfo("BROKER.example", 1883, 0, online.pool.SOCK_STREAM)
    assert info == [(online.pool.AF_INET, online.pool.SOCK_STREAM, 0, "", (online.address, 1883))]


def test_no_other_name_resolves(online):
    with pytest.raises(online.pool.gaierror, match="Name or service not known"):
        online.pool.getaddrinfo("example.org", 80)


def test_an_address_needs_no_name_server(any_board):
    assert any_board.pool.getaddrinfo("192.168.1.2", 80)[0][4] == ("192.168.1.2", 80)


@pytest.mark.parametrize("silent", ["dns", "wifi"])
def test_a_silent_name_server_blocks_for_seven_seconds(online, silent):
    if silent == "dns":
        online.network.faults.dns_hangs = True
    else:
        online.network.wifi(False)
    start = online.clock.now_us
    with pytest.raises(online.pool.gaierror):
        online.pool.getaddrinfo("broker.example", 1883)
    assert online.clock.now_us - start >= 7_000_000


def test_a_name_server_that_knows_nothing_fails_at_once(online):
    online.network.faults.dns_fails = True
    with pytest.raises(online.pool.gaierror):
        online.pool.getaddrinfo("broker.example", 1883)


# select.


def test_poll_tells_what_can_be_read_and_written(host):
    select = host.select
    socket = connected(host)
    poller = select.poll()
    poller.register(socket, select.POLLIN | select.POLLOUT)
    assert poller.poll(0) == [(socket, select.POLLOUT)]
    host.server.connection.send(b"x")
    host.wait(0.1)
    assert poller.poll(0) == [(socket, select.POLLIN | select.POLLOUT)]
    poller.modify(socket, select.POLLIN)
    assert list(poller.ipoll(0)) == [(socket, select.POLLIN)]
    poller.unregister(socket)
    assert poller.poll(0) == []


def test_poll_waits_no_longer_than_asked(host):
    poller = host.select.poll()
    poller.register(connected(host), host.select.POLLIN)
    assert host.took(lambda: poller.poll(0)) == pytest.approx(host.costs.socket_call / 1e6)
    assert host.took(lambda: poller.poll(250)) == pytest.approx(0.25, abs=0.001)
    host.clock.call_in(100_000, lambda: host.server.connection.send(b"x"))
    assert host.took(lambda: poller.poll(-1)) == pytest.approx(0.11, abs=0.001)


def test_a_peer_that_closed_wakes_a_poll(host):
    socket = connected(host)
    poller = host.select.poll()
    poller.register(socket, host.select.POLLIN)
    host.server.connection.finish()
    host.wait(0.1)
    assert poller.poll(0) == [(socket, host.select.POLLIN)]


def test_a_reset_wakes_a_poll_on_esp32_only(host):
    socket = connected(host)
    poller = host.select.poll()
    poller.register(socket, host.select.POLLIN)
    host.server.connection.reset()
    host.wait(0.1)
    assert bool(poller.poll(0)) == host.is_esp32


def test_only_streams_of_the_core_can_be_polled(host):
    class Wrapper:
        def recv_into(self, buffer):
            return 0

    assert code(lambda: host.select.poll().register(Wrapper())) == "EINVAL"
    assert code(lambda: host.select.poll().modify(connected(host), 1)) == "ENOENT"
