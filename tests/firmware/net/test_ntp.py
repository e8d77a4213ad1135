# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Asking for the time without waiting, with the real library, against a server on a real UDP socket."""

import socket
import struct
import sys
import tracemalloc

import pytest
from charger.net.ntp import Ntp
from charger.visit import LOAD_MS, visit

UTC = 1795332600  # 2026-11-22T07:30:00Z
TO_NTP = 2208988800


SERVER = ("192.0.2.123", 123)


def packet(request, utc, first=0x24, stratum=1, reference=b"GPS\0", origin=None):
    """What an NTP server (RFC 5905) answers."""
    stamp = struct.pack("!II", (utc + TO_NTP) & 0xFFFFFFFF, 0)
    origin = request[40:48] if origin is None else origin
    return bytes((first, stratum, 6, 0xEC)) + bytes(8) + reference + bytes(8) + origin + stamp + stamp


class Server:
    """Answers when a test tells it to. `answer(request)` may be replaced; None: it does not answer."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.address = self._socket.getsockname()
        self.requests = []
        self.client = None
        self.utc = UTC
        self.answer = lambda request: packet(request, self.utc)

    def serve(self):
        try:
            request, self.client = self._socket.recvfrom(100)
        except BlockingIOError:
            return
        self.requests.append(request)
        answer = self.answer(request)
        if answer is not None:
            self.send(answer)

    def send(self, answer):
        self._socket.sendto(answer, self.client)

    @property
    def asked(self):
        return len(self.requests)

    def close(self):
        self._socket.close()


class Setter:
    def __init__(self):
        self.times = []
        self.doubt = None
        self.asks = False

    def set_from_ntp(self, unix):
        self.times.append(unix)
        return self.doubt


class Part:
    def __init__(self, clock, stalls, log, server, named_pool, home, minutes=240):
        self.clock, self.stalls, self.log = clock, stalls, log
        self.server = server
        self.pool = named_pool
        self.pool.routes[123] = server.address
        self.pool.sources[123] = SERVER
        self.names = named_pool.server
        self.names.names["time.example"] = "192.0.2.123"
        self.wifi = home
        self.setter = Setter()
        self.ntp = Ntp(self.pool, "time.example", minutes, self.setter, self.wifi, clock, stalls, log)

    def run(self, seconds, looks=5):
        for _ in range(seconds):
            self.clock.advance(500)
            if self.pool.open:
                # So that there is no stall.
                self.ntp.step(self.clock.now)
            self.clock.advance(500)
            # At its end: loading the look-up, asking for the name, its answer and loading what reads the time, asking for
            # that, and its answer.
            for _ in range(looks):
                self.ntp.step(self.clock.now)
                self.server.serve()


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
    server.utc += 60
    part.run(59)
    assert server.asked == 1
    part.run(1)
    assert part.setter.times == [UTC, UTC + 60]
    assert part.log == ["ntp Time from time.example"]


@pytest.mark.slow
def test_a_week_between_two_requests_is_longer_than_the_tick_counter_and_no_trouble(make_part, server):
    part = make_part(minutes=10080)
    part.run(60)
    part.run(10080 * 60 - 60, looks=1)
    assert server.asked == 1
    part.run(1)
    assert server.asked == 2


def test_the_name_is_resolved_once_and_only_loading_the_library_is_a_stall(make_part):
    part = make_part(minutes=1)
    part.stalls.limit = LOAD_MS - 1
    part.run(60)
    assert part.server.asked == 0
    part.stalls.limit = LOAD_MS
    part.run(61)
    assert set(part.stalls.allowed) == {LOAD_MS}
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


def test_a_silent_server_is_asked_three_times_and_resolved_again_after_three_failures(make_part, server):
    part = make_part()
    server.answer = lambda request: None
    part.run(9)
    assert server.asked == 3
    assert part.log[0] == "ntp No time from time.example (no answer), next try in 10 s"
    part.run(70)
    assert server.asked == 9
    assert part.names.lookups == 1
    server.answer = lambda request: packet(request, UTC)
    part.names.names["time.example"] = "192.0.2.124"
    part.pool.sources[123] = ("192.0.2.124", 123)
    part.run(40)
    assert part.names.lookups == 2
    assert part.pool.targets[-1] == ("192.0.2.124", 123)
    assert part.log[-1] == "ntp Time from time.example"


def test_a_late_answer_counts(make_part, server):
    part = make_part()
    server.answer = lambda request: None
    part.run(6)
    server.send(packet(server.requests[0], UTC))
    part.run(1)
    assert part.setter.times == [UTC]


def test_every_request_has_a_time_stamp_that_nobody_can_guess(make_part, server):
    part = make_part(minutes=1)
    part.run(60 * 20 + 1)
    stamps = {request[40:] for request in server.requests}
    assert len(stamps) == 21
    assert all(request[:40] == b"\x23" + bytes(39) for request in server.requests)


@pytest.mark.parametrize(
    "not_ours",
    [
        {"origin": bytes(8)},
        {"origin": b"somebody"},
        {"first": 0x23},
        {"first": 0x25},
        {"origin": bytes(8), "stratum": 0, "reference": b"DENY"},
    ],
)
def test_what_does_not_answer_our_request_is_passed_by_and_the_answer_behind_it_counts(
    make_part, server, not_ours
):
    part = make_part()
    server.answer = lambda request: packet(request, UTC + 999, **not_ours)
    part.run(3)
    assert part.setter.times == []
    assert part.log == []
    server.send(packet(server.requests[0], UTC))
    part.run(1)
    assert part.setter.times == [UTC]


@pytest.mark.parametrize("source", [("192.0.2.66", 123), ("192.0.2.123", 124)])
def test_an_answer_from_elsewhere_is_passed_by(make_part, server, source):
    part = make_part()
    part.pool.sources[123] = source
    part.run(3)
    assert part.setter.times == []
    part.pool.sources[123] = SERVER
    server.send(packet(server.requests[0], UTC))
    part.run(1)
    assert part.setter.times == [UTC]


@pytest.mark.parametrize(("first", "stratum"), [(0xE4, 1), (0xE4, 16), (0x24, 16), (0x24, 255)])
def test_a_server_that_is_not_synchronised_is_ignored(make_part, server, first, stratum):
    part = make_part()
    server.answer = lambda request: packet(request, UTC, first, stratum)
    part.run(1)
    assert part.setter.times == []
    assert part.log == ["ntp No time from time.example (not synchronised), next try in 10 s"]


@pytest.mark.parametrize(("minutes", "pause"), [(1, 900), (240, 14400)])
@pytest.mark.parametrize("code", [b"RATE", b"DENY", b"\xff\n\0X"])
def test_a_kiss_of_death_is_obeyed(make_part, server, minutes, pause, code):
    part = make_part(minutes=minutes)
    server.answer = lambda request: packet(request, UTC, 0xE4, 0, code)
    part.run(pause)
    assert server.asked == 1
    assert part.setter.times == []
    letters = "X" if code[3:] == b"X" else code.decode()
    why = f"the server refuses requests: {letters}"
    assert part.log == [f"ntp No time from time.example ({why}), next try in {pause} s"]
    part.run(1)
    assert server.asked == 2


def test_an_impossible_time_is_a_failure(make_part, server):
    part = make_part()
    part.setter.doubt = "a time outside 2025 to 2037"
    part.run(1)
    assert part.log == ["ntp No time from time.example (a time outside 2025 to 2037), next try in 10 s"]
    part.setter.doubt = None
    part.run(11)
    assert part.log[-1] == "ntp Time from time.example"


def test_a_doubted_server_is_looked_up_again_since_a_pool_has_others(make_part, server):
    part = make_part()
    part.setter.doubt = "more than a day off"
    part.run(1)
    assert part.names.lookups == 1
    part.run(10)
    assert part.names.lookups == 2


def test_it_is_asked_at_once_when_the_clock_asks_for_it_and_no_more_than_once(make_part, server):
    part = make_part()
    part.run(30)
    assert server.asked == 1
    part.setter.asks = True
    part.run(30)
    assert server.asked == 2
    server.answer = lambda request: None
    part.setter.asks = True
    part.run(6)
    part.run(10)
    # Three tries of one question; the next waits for its pause.
    assert server.asked == 5


def test_errors_of_the_radio_are_a_line_and_a_retry_and_no_socket_stays_open(make_part):
    part = make_part()
    part.run(1)
    for error in (OSError(12, "ENOMEM"), RuntimeError("Out of sockets"), MemoryError()):
        part.pool.error = error
        part.ntp._due = 0
        part.log.clear()
        part.run(1)
        assert part.log[0].startswith("ntp No time from time.example (")
        assert "()" not in part.log[0]
    assert part.pool.open == 0


def test_without_wifi_in_the_middle_it_goes_on_afterwards(make_part, server):
    part = make_part()
    server.answer = lambda request: None
    part.run(2)
    part.wifi.connected = False
    part.run(4000)
    part.wifi.connected = True
    server.answer = lambda request: packet(request, UTC)
    part.run(10)
    assert part.setter.times == [UTC]


def test_what_reads_the_answer_is_unloaded_again(make_part):
    part = make_part(minutes=1)
    part.run(121)
    assert len(part.setter.times) == 3
    for name in ("charger.net.time_answer", "charger.net.question", "adafruit_ntp"):
        assert name not in sys.modules


def test_an_answer_that_a_stall_made_old_is_not_read_but_asked_for_again(make_part, server):
    part = make_part()
    part.run(1)
    part.ntp._due = 0
    times = list(part.setter.times)
    for _ in range(2):
        part.ntp.step(part.clock.now)
    server.serve()
    part.clock.advance(3000)
    server.utc += 3
    for _ in range(5):
        part.ntp.step(part.clock.now)
        server.serve()
    assert server.asked == 3
    assert part.setter.times == [*times, UTC + 3]


def test_an_answer_is_not_kept_for_when_the_relay_opens(make_part, server):
    part = make_part()
    server.answer = lambda request: None
    part.run(1)
    assert part.pool.open == 1
    part.stalls.limit = 100
    server.answer = lambda request: packet(request, server.utc)
    part.run(2)
    assert part.pool.open == 0
    asked = server.asked
    part.run(60)
    assert server.asked == asked
    assert part.log == []
    assert part.setter.times == []
    part.stalls.limit = 1 << 30
    server.utc += 62
    part.run(1)
    assert part.setter.times == [UTC + 62]


def test_time_is_claimed_only_to_load_and_one_module_and_its_own_at_a_time(make_part, server):
    part = make_part()
    server.answer = lambda request: None
    part.run(3)
    loads = len(part.stalls.allowed)
    # The look-up, what that needs, what reads an answer, what asks.
    assert part.stalls.allowed == [LOAD_MS] * 4
    part.run(3)
    assert len(part.stalls.allowed) == loads


@pytest.mark.parametrize("missing", ["net.time_answer", "net.question", "net.lookup"])
def test_a_missing_file_is_a_line_and_a_retry(make_part, monkeypatch, missing):
    part = make_part()

    def load(name):
        if name == missing:
            raise ImportError(f"no module named 'charger.{name}'")
        return visit(name)

    with monkeypatch.context() as patch:
        for user in ("ntp", "resolver", "lookup"):
            patch.setattr(f"charger.net.{user}.visit", load)
        part.run(1)
    assert "no module named" in part.log[0]
    part.run(30)
    assert part.log[-1] == "ntp Time from time.example"


def test_waiting_allocates_nothing(make_part, server):
    """As far as CPython shows it: a board's ipoll gives one tuple again and again, so here it gives none."""
    part = make_part()
    server.answer = lambda request: None
    part.run(1)
    step, now = part.ntp.step, part.clock.now
    part.ntp._question._ready = lambda timeout: ()
    step(now)
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    for _ in range(100):
        step(now)
    after = tracemalloc.take_snapshot()
    tracemalloc.stop()
    ours = [
        each for each in after.compare_to(before, "filename") if "/charger/net/" in each.traceback[0].filename
    ]
    assert sum(each.count_diff for each in ours) == 0
