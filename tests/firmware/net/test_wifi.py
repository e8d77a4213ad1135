# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Wi-Fi with a radio that the test controls."""

import itertools

import pytest
from charger.net.wifi import Wifi
from charger.stalls import UNBOUNDED


class IdfMemoryError(MemoryError):
    """espidf.MemoryError: no text."""


class Radio:
    """An ESP32's by default: connect() waits `takes_ms` and then has an address, or raises."""

    def __init__(self, clock):
        self._clock = clock
        self.connected = False
        self.ipv4_address = None
        self.ipv4_dns = None
        self.error = None
        self.takes_ms = 1500
        self.attempts = []

    def connect(self, ssid, password, *, timeout):
        self.attempts.append((ssid, password, timeout, self._clock.now))
        self._clock.advance(self.takes_ms)
        if self.error:
            raise self.error
        self.up()

    def up(self, address="192.168.1.7"):
        self.connected = True
        self.ipv4_address = address

    def down(self):
        self.connected = False
        self.ipv4_address = None


class Store:
    """Records when a blocking call began and ended, by how many attempts there had been."""

    def __init__(self, radio, blocking=False):
        self._radio = radio
        self.blocking = blocking
        self.calls = []

    def block(self):
        self.calls.append(("begins", len(self._radio.attempts)))

    def unblock(self):
        self.calls.append(("ends", len(self._radio.attempts)))


class Station:
    def __init__(self, clock, stalls, log, is_rp2=False, watchdog_seconds=8, blocking=False):
        self.clock, self.stalls, self.log = clock, stalls, log
        self.radio = Radio(clock)
        self.store = Store(self.radio, blocking)
        values = {
            "wifi.ssid": "garage",
            "wifi.password": "secret-word",
            "safety.watchdog_seconds": watchdog_seconds,
        }
        self.wifi = Wifi(self.radio, values, clock, stalls, self.store, log, is_rp2)

    def run(self, ms):
        for _ in range(ms // 5):
            self.clock.advance(5)
            self.wifi.step(self.clock.now)

    def gaps(self):
        starts = [attempt[3] for attempt in self.radio.attempts]
        return [(later - earlier) % (1 << 29) for earlier, later in itertools.pairwise(starts)]


@pytest.fixture
def station(make_station):
    return make_station(is_rp2=False)


@pytest.fixture
def make_station(rig_parts):
    def make(is_rp2=False, **changes):
        return Station(*rig_parts, is_rp2, **changes)

    return make


def test_connects_at_once_and_knows_its_address(station):
    station.run(10)
    assert station.wifi.connected
    assert station.wifi.address == "192.168.1.7"
    assert station.radio.attempts[0][:3] == ("garage", "secret-word", 4)
    assert station.log == ["wifi Connected to garage, address 192.168.1.7"]


def test_takes_over_a_connection_that_the_supervisor_made(station):
    station.radio.up()
    station.run(5)
    assert station.wifi.connected
    assert station.radio.attempts == []


@pytest.mark.parametrize("nothing", [None, "0.0.0.0"])
def test_without_an_address_it_is_not_connected(station, nothing):
    station.radio.up(nothing)
    station.stalls.limit = 0
    station.run(1000)
    assert not station.wifi.connected
    station.radio.up("10.0.0.2")
    station.run(110)
    assert station.wifi.address == "10.0.0.2"


def test_an_esp32_associates_only_with_the_relay_open(station):
    station.stalls.limit = 60000  # the highest max_stall_ms
    station.run(10000)
    assert station.radio.attempts == []
    station.stalls.limit = UNBOUNDED
    station.run(10)
    assert station.wifi.connected


def test_an_esp32_gets_ten_seconds_to_come_back_by_itself(station):
    station.run(10)
    station.radio.down()
    station.run(5)
    assert not station.wifi.connected
    assert station.wifi.address is None
    station.run(9900)
    assert len(station.radio.attempts) == 1
    station.radio.up("192.168.1.8")
    station.run(200)
    assert station.wifi.address == "192.168.1.8"
    assert len(station.radio.attempts) == 1


def test_pauses_between_attempts_grow_to_a_minute_and_count_from_the_end_of_the_last(station):
    station.radio.error = ConnectionError("No network with that ssid")
    station.radio.takes_ms = 4000
    station.run(300000)
    assert station.gaps()[:7] == [4000 + pause for pause in (4000, 8000, 16000, 32000, 60000, 60000, 60000)]


def test_a_reason_is_told_once_and_never_the_password(station):
    station.radio.error = ConnectionError("Authentication failure")
    station.run(60000)
    station.radio.error = ConnectionError("No network with that ssid")
    station.run(60000)
    assert station.log == [
        "wifi Connecting to garage: Authentication failure",
        "wifi Connecting to garage: No network with that ssid",
    ]


@pytest.mark.parametrize(
    "error",
    [RuntimeError("WiFi is not enabled"), ValueError("password length"), MemoryError(), IdfMemoryError()],
)
@pytest.mark.parametrize("is_rp2", [False, True])
def test_an_error_of_the_radio_is_a_line_and_a_retry(make_station, error, is_rp2):
    station = make_station(is_rp2)
    station.radio.error = error
    station.run(30000)
    assert not station.wifi.connected
    assert station.log == [f"wifi Connecting to garage: {str(error) or type(error).__name__}"]
    station.radio.error = None
    station.run(60000)
    assert station.wifi.connected


def test_without_memory_for_the_address_it_looks_again(station):
    class Address:
        def __str__(self):
            raise MemoryError

    station.radio.up(Address())
    station.radio.connect = lambda *_, **__: None  # it is connected
    station.run(1000)
    assert not station.wifi.connected
    assert station.log[0] == "wifi Connecting to garage: MemoryError"
    station.radio.up()
    station.run(200)
    assert station.wifi.connected


def test_that_it_waits_for_the_relay_is_said_once_each_time(station):
    station.stalls.limit = 0
    station.stalls.spent = True
    station.run(100)
    assert station.log == []
    station.stalls.spent = False
    for _ in range(2):
        station.log.clear()
        station.stalls.limit = 0
        station.run(60_000)
        assert station.log[-1] == "wifi Joining garage waits until the relay is open"
        assert len(station.log) <= 2
        station.stalls.limit = UNBOUNDED
        station.run(20_000)
        assert station.wifi.connected
        station.radio.down()


def test_an_rp2_leaves_for_half_a_second_before_it_joins_and_that_is_declared(make_station):
    station = make_station(is_rp2=True)
    station.stalls.limit = 499
    station.run(1000)
    assert not station.radio.attempts
    station.stalls.limit = 500
    station.run(10)
    assert len(station.radio.attempts) == 1
    assert station.stalls.allowed == [500]


def test_an_rp2_starts_the_association_and_looks_again(make_station):
    station = make_station(is_rp2=True)
    station.radio.takes_ms = 10
    station.radio.error = ConnectionError("Unknown failure 1")
    station.run(3000)
    assert [attempt[2] for attempt in station.radio.attempts] == [0.01]
    station.radio.up()
    station.run(105)
    assert station.wifi.connected
    station.radio.down()
    station.run(10)
    assert len(station.radio.attempts) == 2
    station.run(9000)
    assert len(station.radio.attempts) == 2


@pytest.mark.parametrize("error", [None, ConnectionError("No network with that ssid")])
def test_an_esp32_records_that_it_blocks_before_it_joins_and_clears_it_after(station, error):
    station.radio.error = error
    station.run(10)
    assert station.store.calls == [("begins", 0), ("ends", 1)]


def test_an_rp2_records_no_blocking_call(make_station):
    station = make_station(is_rp2=True, watchdog_seconds=2)
    station.run(10)
    assert ("begins", 0) not in station.store.calls
    assert station.log == ["wifi Connected to garage, address 192.168.1.7"]


@pytest.mark.parametrize(("watchdog_seconds", "retries_s"), [(8, 4), (7, 3), (6, 2), (5, 1), (4, 1), (2, 1)])
def test_an_esp32_retries_only_as_long_as_the_last_attempt_ends_before_the_watchdog(
    make_station, watchdog_seconds, retries_s
):
    station = make_station(watchdog_seconds=watchdog_seconds)
    station.run(10)
    assert station.radio.attempts[0][2] == retries_s
    warned = (
        f"wifi With [safety] watchdog_seconds = {watchdog_seconds} the board may restart while it is joining"
    )
    assert (warned in station.log) == (watchdog_seconds <= 4)


@pytest.mark.parametrize("nothing", [None, "0.0.0.0"])
def test_a_network_may_announce_no_name_server(station, nothing):
    station.radio.ipv4_dns = nothing
    assert station.wifi.name_server() is None
    station.radio.ipv4_dns = "192.168.1.1"
    assert station.wifi.name_server() == "192.168.1.1"


def test_after_a_reset_that_joining_brought_about_somebody_can_charge_first(make_station):
    station = make_station(blocking=True)
    station.run(59_000)
    assert not station.radio.attempts
    station.run(2_000)
    assert station.radio.attempts
