# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The world's time, and the board's own NTP library asking for it."""

import struct
import sys
import time

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.network.ntp import START_UNIX, NtpServer, WorldTime


@pytest.fixture
def ntp_class(monkeypatch):
    """The board's library: its one import that CPython lacks is a no-op."""
    module = type(sys)("micropython")
    module.const = lambda value: value
    monkeypatch.setitem(sys.modules, "micropython", module)
    from adafruit_ntp import NTP

    return NTP


def ask(board, ntp_class, timeout=1):
    ntp = ntp_class(board.pool, server="time.example", socket_timeout=timeout, cache_seconds=0)
    before = time.monotonic_ns()
    utc = ntp.utc_ns
    # The library measures with the real clock here: take out what it added since it asked.
    return (utc - (time.monotonic_ns() - before)) / 1e9


def test_virtual_time_starts_at_a_fixed_date():
    assert START_UNIX == 1_795_332_600
    clock = Clock()
    world = WorldTime(clock)
    clock.spend(90_000_000)
    assert world.unix() == START_UNIX + 90


def test_real_time_starts_now(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_800_000_000.5)
    assert WorldTime(Clock(realtime=True)).unix() == 1_800_000_000.5


def test_the_library_reads_the_worlds_time(online, ntp_class):
    online.wait(100)
    assert ask(online, ntp_class) == pytest.approx(online.network.time.unix(), abs=0.1)


@pytest.mark.parametrize("offset", [-86_400, 0.5, 3600, 10**8])
def test_the_server_can_tell_a_wrong_time(online, ntp_class, offset):
    online.network.ntp.offset_s = offset
    assert ask(online, ntp_class) == pytest.approx(online.network.time.unix() + offset, abs=0.1)


def test_a_silent_server_costs_two_timeouts(online, ntp_class):
    online.network.ntp.silent = True
    start = online.clock.now_us
    with pytest.raises(OSError, match="ETIMEDOUT"):
        ask(online, ntp_class, timeout=0.5)
    assert online.clock.now_us - start == pytest.approx(1_030_000, abs=20_000)
    assert online.network.ntp.requests == 2


def test_lost_datagrams_are_lost(online, ntp_class):
    online.network.faults.drop_datagrams = True
    with pytest.raises(OSError, match="ETIMEDOUT"):
        ask(online, ntp_class)
    assert online.network.ntp.requests == 0


def request(online):
    """What an NTP server answers a question with: (leap, stratum, reference, origin)."""
    answer = online.network.ntp.answer(bytes([0x23]) + bytes(39) + b"question")
    return answer and (answer[0] >> 6, answer[1], answer[12:16], answer[24:32])


@pytest.mark.parametrize(
    ("how", "answer"),
    [
        ("up", (0, 1, b"SIM\0", b"question")),
        ("wrong", (0, 1, b"SIM\0", b"question")),
        ("silent", None),
        ("unsynchronised", (3, 16, b"SIM\0", b"question")),
        ("foreign", (0, 1, b"SIM\0", bytes(8))),
        ("kiss", (3, 0, b"RATE", b"question")),
    ],
)
def test_a_time_server_can_misbehave(online, how, answer):
    online.network.ntp.behave(how, 5)
    assert request(online) == answer
    online.network.ntp.behave("up")
    assert request(online) == (0, 1, b"SIM\0", b"question")


@pytest.mark.parametrize("how", ["unsynchronised", "foreign", "wrong"])
def test_what_must_not_be_believed_is_months_off(online, ntp_class, how):
    """The library itself believes all of it."""
    online.network.ntp.behave(how, 10**7)
    assert ask(online, ntp_class) - online.network.time.unix() > 100 * 86_400


def test_a_kiss_of_death_is_noticed(online, ntp_class):
    online.network.ntp.refuses = True
    with pytest.raises(ArithmeticError):
        ask(online, ntp_class)


def test_without_wifi_there_is_no_time(any_board, ntp_class):
    with pytest.raises(OSError, match="could not resolve"):
        ask(any_board, ntp_class)


def test_an_answer_after_the_socket_was_closed_is_dropped(online):
    socket = online.pool.socket(type=online.pool.SOCK_DGRAM)
    socket.sendto(bytes([0x23]) + bytes(47), ("time.example", 123))
    socket.close()
    online.wait(1)


def test_a_board_reads_datagrams_one_by_one(online):
    with online.pool.socket(type=online.pool.SOCK_DGRAM) as socket:
        socket.settimeout(1)
        socket.sendto(bytes([0x23]) + bytes(47), ("time.example", 123))
        buffer = bytearray(48)
        assert socket.recvfrom_into(buffer) == (48, (online.pool.getaddrinfo("time.example", 123)[0][4]))
        socket.settimeout(0)
        with pytest.raises(OSError, match="EAGAIN"):
            socket.recv_into(buffer)


def test_only_client_requests_are_answered():
    server = NtpServer(WorldTime(Clock()))
    assert server.answer(b"") is None
    assert server.answer(bytes([0x24]) + bytes(47)) is None
    answer = server.answer(bytes([0x23]) + bytes(39) + b"transmit")
    assert answer[24:32] == b"transmit"
    assert struct.unpack("!I", answer[40:44])[0] == START_UNIX + 2_208_988_800
