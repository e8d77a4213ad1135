# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""NTP with the real library against a server on a real UDP socket."""

import socket
import struct
import threading

import pytest
from charger.net.ntp import Ntp

UTC = 1795332600  # 2026-11-22T07:30:00Z
TO_NTP = 2208988800


class Server:
    """Answers every request with UTC, from a thread: the library waits for the answer."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        self.asked = 0
        self.utc = UTC
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while True:
            request, client = self._socket.recvfrom(48)
            if len(request) < 48:
                return
            self.asked += 1
            stamp = struct.pack("!II", self.utc + TO_NTP, 0)
            self._socket.sendto(b"\x24\x01\x06\0" + bytes(28) + stamp + stamp, client)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            caller.sendto(b"stop", self.address)
        self._thread.join()
        self._socket.close()


class Setter:
    def __init__(self):
        self.times = []

    def set_from_ntp(self, unix):
        self.times.append(unix)


class Part:
    def __init__(self, clock, stalls, log, server, named_pool, home, minutes=240):
        self.clock, self.stalls, self.log = clock, stalls, log
        self.pool = named_pool
        self.pool.routes[123] = server.address
        self.names = named_pool.server
        self.names.names["time.example"] = "192.0.2.123"
        self.wifi = home
        self.setter = Setter()
        self.ntp = Ntp(self.pool, "time.example", minutes, self.setter, self.wifi, clock, stalls, log)

    def run(self, seconds):
        for _ in range(seconds):
            self.clock.advance(1000)
            # Three passes: asking for the name, its answer and the time, and one in which nothing happens.
            for _ in range(3):
                self.ntp.step(self.clock.now)


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def make_part(rig_parts, server, named_pool, home):
    return lambda **changes: Part(*rig_parts, server, named_pool, home, **changes)


def test_sets_the_clock_at_start_and_every_interval(make_part, server):
    part = make_part(minutes=1)
    part.run(1)
    assert part.setter.times == [UTC]
    assert part.ntp.synchronised
    server.utc += 60
    part.run(59)
    assert server.asked == 1
    part.run(1)
    assert part.setter.times == [UTC, UTC + 60]
    assert part.log == ["ntp Time from time.example"]


def test_a_week_between_two_requests_is_longer_than_the_tick_counter_and_no_trouble(make_part, server):
    part = make_part(minutes=10080)
    part.run(10080 * 60)
    assert server.asked == 1
    part.run(1)
    assert server.asked == 2


def test_the_name_is_resolved_once_and_only_the_request_stands_still(make_part):
    part = make_part(minutes=1)
    part.stalls.limit = 999
    part.run(60)
    assert part.setter.times == []
    part.stalls.limit = 1000
    part.run(61)
    assert part.stalls.allowed == [1000, 1000]
    assert part.names.lookups == 1
    assert part.pool.targets[-1] == ("192.0.2.123", 123)
    assert len(part.setter.times) == 2


def test_without_wifi_it_does_not_ask(make_part):
    part = make_part()
    part.wifi.connected = False
    part.run(60)
    assert part.stalls.allowed == []


def test_failures_are_told_and_retried_ever_more_rarely(make_part):
    part = make_part()
    part.names.names.clear()
    part.run(3960)
    assert [line.rsplit(" in ")[1] for line in part.log] == [
        f"{s} s" for s in (10, 20, 40, 80, 160, 320, 640, 900, 900, 900)
    ]
    assert part.log[0] == "ntp No time from time.example (no such name), next try in 10 s"


def test_a_bad_answer_sets_nothing_and_a_good_one_later_does(make_part, server):
    part = make_part()
    server.utc = -TO_NTP
    part.run(1)
    assert part.setter.times == []
    assert "NTP response has an invalid timestamp" in part.log[0]
    server.utc = UTC
    part.run(10)
    assert part.setter.times == [UTC]


def test_a_silent_server_is_resolved_again_after_three_failures(make_part):
    part = make_part()
    part.pool.times_up = True
    part.run(31)
    assert part.log[0] == "ntp No time from time.example (ETIMEDOUT), next try in 10 s"
    assert part.names.lookups == 1
    part.pool.times_up = False
    part.names.names["time.example"] = "192.0.2.124"
    part.run(40)
    assert part.names.lookups == 2
    assert part.pool.targets[-1] == ("192.0.2.124", 123)
    assert part.ntp.synchronised
