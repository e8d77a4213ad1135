# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the way between board and server can do to a connection."""

import errno

import pytest
from chargerctl.simulator.network.faults import Faults
from chargerctl.simulator.network.pipe import RETRANSMIT_US
from hypothesis import given, settings
from hypothesis import strategies as st

ADDRESS = ("10.0.0.99", 7)


@pytest.fixture
def board(online, echo):
    """A board with a connected, non-blocking socket to an echo-less server."""
    online.server = echo
    online.network.serve(*ADDRESS, echo)
    online.socket = open_socket(online)
    return online


def open_socket(board):
    socket = board.pool.socket()
    socket.settimeout(5)
    socket.connect(ADDRESS)
    socket.settimeout(0)
    return socket


def receive(socket, size=64) -> bytes:
    buffer = bytearray(size)
    try:
        return bytes(buffer[: socket.recv_into(buffer)])
    except OSError as error:
        if error.errno == errno.EAGAIN:
            return b""
        raise


def settle(board):
    board.wait(2 * RETRANSMIT_US / 1e6 + 0.1)


def test_latency_is_that_of_the_cost_table(board):
    board.server.connection.send(b"x")
    board.clock.spend(board.costs.network_delay - 1_000)
    assert receive(board.socket) == b""
    board.clock.spend(1_000)
    assert receive(board.socket) == b"x"


def test_delay_is_added_both_ways(board):
    board.network.faults.delay_us = 400_000
    board.socket.send(b"out")
    board.server.connection.send(b"in")
    board.wait(0.4)
    assert (bytes(board.server.got), receive(board.socket)) == (b"", b"")
    board.wait(0.02)
    assert (bytes(board.server.got), receive(board.socket)) == (b"out", b"in")


def test_a_delay_that_ends_does_not_reorder(board):
    board.network.faults.delay_us = 400_000
    board.socket.send(b"first ")
    board.network.heal()
    board.socket.send(b"second")
    board.wait(1)
    assert board.server.got == b"first second"


def test_while_wifi_is_down_nothing_crosses_and_neither_end_gets_an_error(board):
    board.network.wifi(False)
    board.socket.send(b"out")
    board.server.connection.send(b"in")
    board.wait(3)
    assert (bytes(board.server.got), receive(board.socket)) == (b"", b"")
    assert not board.server.gone


def test_after_a_short_loss_everything_arrives_after_all(board):
    board.network.wifi(False)
    board.socket.send(b"out")
    board.server.connection.send(b"in")
    board.wait(3)
    board.network.wifi(True)
    settle(board)
    assert (bytes(board.server.got), receive(board.socket)) == (b"out", b"in")


def test_when_the_board_notices_the_loss_its_connections_are_gone(board):
    board.network.wifi(False)
    board.wait(7)
    board.network.wifi(True)
    board.join()
    with pytest.raises(OSError, match=r"ECONNABORTED|EPIPE"):
        board.socket.send(b"x")
    assert not board.server.gone
    board.server.connection.send(b"still there?")
    settle(board)
    assert board.server.gone


def test_half_open_connections_swallow_everything_for_ever_and_new_ones_work(board):
    board.network.half_open()
    board.socket.send(b"lost")
    board.server.connection.send(b"lost too")
    board.wait(600)
    assert (bytes(board.server.got), receive(board.socket)) == (b"", b"")
    assert not board.server.gone
    second = open_socket(board)
    second.send(b"found")
    settle(board)
    assert board.server.got == b"found"


def test_a_half_open_connection_that_both_sides_gave_up_costs_nothing_more(board):
    board.network.half_open()
    board.server.connection.reset()
    board.socket.close()
    settle(board)
    assert board.network._connections == []


@pytest.mark.parametrize("direction", ["out", "in"])
def test_one_direction_can_be_held_up(board, direction):
    setattr(board.network.faults, f"hold_{direction}", True)
    board.socket.send(b"out")
    board.server.connection.send(b"in")
    settle(board)
    arrived = (bytes(board.server.got), receive(board.socket))
    assert arrived == ((b"", b"in") if direction == "out" else (b"out", b""))
    board.network.heal()
    settle(board)
    assert board.server.got == b"out"


def test_partial_writes_and_reads(board):
    board.network.faults.max_write = 3
    board.network.faults.max_read = 2
    assert board.socket.send(b"hello") == 3
    board.socket.sendall(b"lo")
    board.server.connection.send(b"abc")
    settle(board)
    assert board.server.got == b"hello"
    assert [receive(board.socket) for _each in range(3)] == [b"ab", b"c", b""]


def test_bytes_can_trickle(board):
    board.network.faults.trickle_bytes = 1
    board.network.faults.trickle_us = 100_000
    board.server.connection.send(b"abc")
    got = []
    for _each in range(4):
        board.clock.spend(100_000 - board.costs.socket_call)
        got.append(receive(board.socket))
    assert got == [b"a", b"b", b"c", b""]


def test_servers_that_go_down_reset_their_connections(board):
    board.network.broker(False)
    assert board.server.gone
    board.wait(0.1)
    with pytest.raises(OSError, match=r"ECONNRESET|EPIPE"):
        board.socket.send(b"x")


def test_a_power_cut_sends_nothing_to_the_server(board):
    board.end_vm(orderly=False)
    board.wait(60)
    assert not board.server.gone


def test_what_was_sent_just_before_a_reset_still_arrives(board):
    board.socket.send(b"last words")
    board.end_vm(orderly=False)
    board.wait(0.1)
    assert board.server.got == b"last words"


def test_the_board_that_came_back_answers_for_its_lost_connection_with_a_reset(board):
    board.end_vm(orderly=False)
    board.start_vm()
    board.join()
    board.server.connection.send(b"hello?")
    settle(board)
    assert board.server.gone


def test_an_orderly_end_of_the_program_closes_its_connections(board):
    board.socket.send(b"bye")
    board.end_vm(orderly=True)
    board.wait(0.1)
    assert board.server.got == b"bye"
    assert board.server.gone
    assert board.network.sockets == set()


def test_after_a_reset_there_are_eight_sockets_again(board):
    while len(board.network.sockets) < 8:
        board.pool.socket()
    board.end_vm(orderly=False)
    board.start_vm()
    board.pool.socket()


def test_a_server_that_sent_fin_may_still_be_written_to_on_esp32(esp32, echo):
    esp32.join()
    esp32.network.serve(*ADDRESS, echo)
    socket = open_socket(esp32)
    echo.connection.finish()
    esp32.wait(0.1)
    socket.send(b"x")
    esp32.wait(0.1)
    with pytest.raises(OSError, match=r"ECONNRESET"):
        socket.send(b"x")


def test_idle_connections_cost_no_timers(board):
    before = len(board.clock._timers)
    board.socket.send(b"x")
    board.wait(1)
    assert len([timer for timer in board.clock._timers if timer[2].call]) <= before


def test_small_writes_wait_for_an_acknowledgement_unless_told_not_to(board):
    board.socket.send(b"one")
    board.socket.send(b"two")
    board.clock.spend(board.costs.network_delay)
    assert board.server.got == b"one"
    board.wait(0.07)
    assert board.server.got == b"onetwo"
    board.socket.setsockopt(board.pool.IPPROTO_TCP, board.pool.TCP_NODELAY, 1)
    board.socket.send(b"three")
    board.socket.send(b"four")
    board.clock.spend(board.costs.network_delay)
    assert board.server.got == b"onetwothreefour"


def test_a_send_waits_for_memory_on_rp2_only(board):
    board.socket.settimeout(0)
    board.network.faults.memory_short = True
    board.clock.call_in(2_000_000, lambda: setattr(board.network.faults, "memory_short", False))
    assert board.took(lambda: board.socket.send(b"x")) == pytest.approx(0 if board.is_esp32 else 2, abs=0.1)
    board.wait(1)
    assert board.server.got == b"x"


def test_after_ten_seconds_without_memory_it_fails(board):
    board.socket.settimeout(0)
    board.network.faults.memory_short = True
    if board.is_esp32:
        assert board.socket.send(b"x") == 1
        return
    start = board.clock.now_us
    with pytest.raises(OSError, match="ENOMEM"):
        board.socket.send(b"x")
    assert board.clock.now_us - start == pytest.approx(10_000_000, abs=10_000)


def test_without_memory_an_rp2_sends_no_datagram(board):
    board.network.faults.memory_short = True
    socket = board.pool.socket(type=board.pool.SOCK_DGRAM)
    if board.is_esp32:
        assert socket.sendto(b"x", ("10.0.0.1", 53)) == 1
        return
    with pytest.raises(OSError, match="ENOMEM"):
        socket.sendto(b"x", ("10.0.0.1", 53))


FAULTS = st.sampled_from(
    [
        {},
        {"delay_us": 300_000},
        {"max_write": 1},
        {"max_read": 2},
        {"trickle_bytes": 1, "trickle_us": 5_000},
        {"hold_out": True},
        {"hold_in": True},
    ]
)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.binary(min_size=1, max_size=3000)),
        st.tuples(st.just("answer"), st.binary(min_size=1, max_size=9000)),
        st.tuples(st.just("fault"), FAULTS),
        st.tuples(st.just("wait"), st.floats(0, 2)),
        st.tuples(st.just("receive"), st.integers(1, 6000)),
        st.tuples(st.just("wifi"), st.booleans()),
    ),
    max_size=25,
)


@settings(max_examples=settings.default.max_examples // 2)
@given(ACTIONS)
def test_whatever_the_link_does_bytes_arrive_in_order_and_once(make_board, actions):
    board, echo = make_board()
    board.join()
    board.network.serve(*ADDRESS, echo)
    socket = open_socket(board)
    sent = answered = got = b""
    down_us = 0
    for kind, value in actions:
        if kind == "send":
            try:
                sent += value[: socket.send(value)]
            except BlockingIOError:
                continue
        elif kind == "answer":
            echo.connection.send(value)
            answered += value
        elif kind == "fault":
            vars(board.network.faults).update(vars(Faults(**value)))
        elif kind == "receive":
            got += receive(socket, value)
        elif kind == "wifi":
            board.network.wifi(value)
        elif kind == "wait":
            # Longer without an access point, and the board gives its connections up.
            down_us = 0 if board.network.access_point.up else down_us + value * 1e6
            if down_us < 5_000_000:
                board.wait(value)
    board.network.heal()
    for _each in range(2000):
        board.wait(0.05)
        got += receive(socket, 6000)
        if (echo.got, got) == (sent, answered):
            break
    assert (bytes(echo.got), got) == (sent, answered)
