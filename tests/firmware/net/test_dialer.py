# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When the dialer may block, and what it logs when it cannot connect."""

import errno
import sys

import pytest
from charger.net import mqtt
from charger.visit import LOAD_MS


class Socket:
    def __init__(self, pool):
        self._pool = pool
        self.closed = False
        self.timeout = None

    def setsockopt(self, *option):
        self._pool.options.append(option)

    def settimeout(self, seconds):
        self.timeout = seconds

    def connect(self, address):
        self._pool.connects.append((address, self.timeout))
        if self._pool.error:
            raise self._pool.error

    def recv_into(self, buffer, size):
        raise OSError(errno.EAGAIN, "nothing")

    send = recv_into

    def close(self):
        self.closed = True


class Pool:
    """A socket pool of a board, whose answers are given."""

    AF_INET, SOCK_STREAM, SOCK_DGRAM, IPPROTO_TCP, TCP_NODELAY = 2, 1, 2, 6, 1

    def __init__(self, named_pool):
        self._named_pool = named_pool
        self.names = named_pool.server.names
        self.names["broker.example"] = "192.0.2.7"
        self.connects = []
        self.options = []
        self.sockets = []
        self.error = OSError(errno.ETIMEDOUT, "")

    @property
    def lookups(self):
        return self._named_pool.server.lookups

    def socket(self, family, kind):
        if kind == self.SOCK_DGRAM:
            return self._named_pool.socket(family, kind)
        self.sockets.append(Socket(self))
        return self.sockets[-1]


@pytest.fixture
def pool(named_pool):
    return Pool(named_pool)


def test_an_address_needs_no_name_server(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="192.0.2.1")
    rig.until(lambda: len(pool.connects) == 10, within_ms=400000)
    assert pool.lookups == 0


def test_a_name_is_resolved_once_and_again_after_three_failures(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="broker.example")
    rig.until(lambda: len(pool.connects) == 3)
    assert pool.lookups == 1
    assert pool.connects[0][0] == ("192.0.2.7", 1883)
    pool.names["broker.example"] = "192.0.2.8"
    rig.until(lambda: len(pool.connects) == 4)
    assert pool.lookups == 2
    assert pool.connects[3][0] == ("192.0.2.8", 1883)


def test_a_known_address_outlives_the_name_server(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="broker.example")
    rig.until(lambda: len(pool.connects) == 1)
    pool.names.clear()
    rig.until(lambda: len(pool.connects) == 5, within_ms=100000)
    assert rig.log[-1].startswith(
        "mqtt Broker broker.example:1883 not reachable (no answer: check mqtt.broker)"
    )


def test_an_unknown_name_is_logged(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="nowhere.example")
    rig.until(lambda: rig.log)
    assert "nowhere.example:1883 not reachable (name not found, " in rig.log[0]


def test_with_the_relay_closed_a_name_is_resolved_and_a_connect_is_short(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="broker.example")
    rig.stalls.limit = 250
    rig.until(lambda: len(pool.connects) == 2)
    rig.stalls.limit = 3000
    rig.until(lambda: len(pool.connects) == 3)
    assert pool.lookups == 1
    assert [timeout for _, timeout in pool.connects] == [0.2, 0.2, 3.0]


def test_for_a_silent_name_server_only_the_look_up_is_loaded_and_nothing_waits(pool, make_rig, name_server):
    name_server.answer = lambda query: None
    rig = make_rig(pool=pool, mqtt__broker="broker.example")
    assert 7000 <= rig.until(lambda: rig.log) <= 7100
    assert rig.log[0] == (
        "mqtt Broker broker.example:1883 not reachable "
        "(name not found, no answer from name server 192.0.2.53), next try in 1 s"
    )
    # The dialer, what looks names up, and what that needs.
    assert rig.stalls.allowed == [LOAD_MS] * 3
    assert pool.connects == []


def test_a_connect_never_takes_more_than_half_of_the_watchdogs_time(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="192.0.2.1", safety__watchdog_seconds=2)
    rig.until(lambda: pool.connects)
    assert pool.connects[0][1] == 1.0


def test_a_shortened_connect_is_logged(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="192.0.2.1", safety__watchdog_seconds=5)
    rig.until(lambda: pool.connects)
    assert rig.log[0] == "mqtt With [safety] watchdog_seconds = 5 a connect gets 2500 ms"


def test_below_200_ms_the_owner_allows_no_connect_at_all(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="192.0.2.1")
    rig.stalls.limit = 199
    rig.step(1000)
    assert pool.connects == []


REFUSED = "connection refused: is a broker running there? (mqtt.port)"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ETIMEDOUT, ""), "no answer: check mqtt.broker"),
        (OSError(errno.EINPROGRESS, ""), "no answer: check mqtt.broker"),  # an RP2
        (OSError(errno.ECONNREFUSED, ""), REFUSED),
        (OSError(errno.ECONNRESET, ""), REFUSED),  # lwIP, for the same
        (OSError(errno.EHOSTUNREACH, ""), "no route to it: check mqtt.broker"),
        (OSError(errno.ENETUNREACH, ""), "socket error ENETUNREACH"),
        (RuntimeError("Out of sockets"), "RuntimeError Out of sockets"),
        (MemoryError("memory allocation failed"), "MemoryError memory allocation failed"),
    ],
)
def test_a_failed_connect_names_the_reason_and_leaves_no_socket_open(pool, make_rig, error, words):
    pool.error = error
    rig = make_rig(pool=pool, mqtt__broker="192.0.2.1")
    rig.until(lambda: rig.log)
    assert rig.log[0] == f"mqtt Broker 192.0.2.1:1883 not reachable ({words}), next try in 1 s"
    assert [socket.closed for socket in pool.sockets] == [True]


class StubbornContext:
    """CircuitPython's SSLSocket: after a failed handshake its close() does nothing."""

    def wrap_socket(self, raw, server_hostname):
        class Wrapped(Socket):
            def close(self):
                pass

        return Wrapped(raw._pool)


def test_a_failed_handshake_closes_the_socket_inside_too(pool, make_rig):
    pool.error = OSError(-9984, "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED")
    rig = make_rig(
        pool=pool, mqtt__broker="192.0.2.1", mqtt__tls=True, make_context=lambda ca_file: StubbornContext()
    )
    rig.until(lambda: rig.log)
    assert "certificate not accepted, " in rig.log[0]
    assert pool.sockets[0].closed


NO_TLS = ": does it speak TLS at that port? (mqtt.port, mqtt.tls)"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ECONNRESET, ""), "connection ended" + NO_TLS),
        (OSError(errno.ENOTCONN, ""), "connection ended" + NO_TLS),  # an ESP32 whose peer closed
        (OSError(errno.ETIMEDOUT, ""), "no answer" + NO_TLS),
        (OSError(-0x7280, "MBEDTLS_ERR_SSL_CONN_EOF"), NO_TLS),
        (OSError(-0x7200), NO_TLS),  # MBEDTLS_ERR_SSL_INVALID_RECORD, as a build without texts raises it
        (OSError(-0x7780, "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE"), "does it ask for a client certificate?"),
        (OSError(-0x2700, "MBEDTLS_ERR_X509_CERT_VERIFY_FAILED"), "check mqtt.ca_file and mqtt.broker"),
        (OSError(-0x2700), "check mqtt.ca_file and mqtt.broker"),
        (OSError(errno.ECONNREFUSED, ""), REFUSED),
    ],
)
def test_only_a_certificate_is_called_one(pool, make_rig, error, words):
    pool.error = error
    rig = make_rig(
        pool=pool, mqtt__broker="192.0.2.1", mqtt__tls=True, make_context=lambda ca_file: StubbornContext()
    )
    rig.until(lambda: rig.log)
    assert words in rig.log[0]
    assert rig.log[0].endswith("), next try in 1 s")
    assert ("certificate not accepted" in rig.log[0]) == ("ca_file" in words)


def test_tls_waits_for_an_open_relay(pool, make_rig):
    trusted = []

    def make_context(ca_file):
        trusted.append(ca_file)
        return StubbornContext()

    rig = make_rig(pool=pool, mqtt__broker="192.0.2.1", mqtt__tls=True, make_context=make_context)
    rig.stalls.limit = 3599
    rig.step(1000)
    assert pool.connects == []
    # Nor is the certificate read, which blocks as well.
    assert trusted == []
    rig.stalls.limit = 3600
    rig.until(lambda: pool.connects)
    assert pool.connects[0][1] == 0.2
    rig.stalls.limit = 7500
    rig.until(lambda: len(pool.connects) == 2)
    assert pool.connects[1][1] == 1.5


@pytest.mark.parametrize("seconds", range(2, 9))
@pytest.mark.parametrize("tls", [False, True])
def test_nothing_that_is_declared_outlasts_the_watchdog(pool, make_rig, seconds, tls):
    """A handshake waits up to three times the socket's timeout, and computes for three seconds."""
    rig = make_rig(
        pool=pool,
        mqtt__broker="192.0.2.1",
        mqtt__tls=tls,
        make_context=lambda _: StubbornContext(),
        safety__watchdog_seconds=seconds,
    )
    rig.until(lambda: len(rig.log) >= 2, within_ms=10000)
    loaded, *dialled = rig.stalls.allowed
    assert loaded == LOAD_MS
    for asked, (_, timeout) in zip(dialled, pool.connects, strict=True):
        assert asked >= (3 * timeout + 3 if tls else timeout) * 1000
        assert asked <= seconds * 1000 - 500
    assert bool(pool.connects) == (not tls or seconds >= 5)


def test_where_the_watchdog_leaves_no_time_for_tls_the_broker_is_not_even_asked(pool, make_rig):
    rig = make_rig(pool=pool, mqtt__broker="192.0.2.1", mqtt__tls=True, safety__watchdog_seconds=4)
    rig.until(lambda: len(rig.log) == 2)
    assert rig.log == [
        "mqtt With [safety] watchdog_seconds = 4 there is no time for TLS",
        "mqtt Broker 192.0.2.1:1883 not reachable ([mqtt] tls needs [safety] watchdog_seconds of at least 5), "
        "next try in 1 s",
    ]
    assert pool.sockets == []


def test_a_certificate_file_that_cannot_be_used_is_named(pool, make_rig, tmp_path):
    bad = tmp_path / "ca.pem"
    bad.write_text("not a certificate")
    for ca_file in (str(tmp_path / "absent.pem"), str(bad)):
        rig = make_rig(pool=pool, mqtt__broker="192.0.2.1", mqtt__tls=True, mqtt__ca_file=ca_file)
        rig.until(lambda rig=rig: rig.log)
        assert f"[mqtt] ca_file {ca_file} cannot be used: " in rig.log[0]
        assert pool.connects == []


def test_the_dialer_is_unloaded_as_soon_as_there_is_a_connection(broker, make_rig):
    rig = make_rig(broker).connect()
    assert rig.link._dialer is None
    assert "charger.net.dialer" not in sys.modules


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("memory allocation failed, allocating 512 bytes"),
        ImportError("no module named 'charger.net.dialer'"),
    ],
)
def test_a_dialer_that_cannot_be_loaded_is_a_line_and_the_next_try_comes_later(
    broker, make_rig, monkeypatch, error
):
    def no_room(name):
        raise error

    rig = make_rig(broker)
    with monkeypatch.context() as patch:
        patch.setattr(mqtt, "visit", no_room)
        rig.step(10)
    assert len(rig.log) == 1
    assert "Cannot load the dialer for broker 127.0.0.1:" in rig.log[0]
    assert str(error) in rig.log[0]
    rig.connect()
