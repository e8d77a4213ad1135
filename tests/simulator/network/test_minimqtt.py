# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's own MQTT library over the simulated sockets, to the broker in memory."""

import pytest
from adafruit_minimqtt import adafruit_minimqtt
from adafruit_minimqtt.adafruit_minimqtt import MQTT, MMQTTException


@pytest.fixture(autouse=True)
def board_time(online, monkeypatch):
    """The library sees the board's clock."""

    def ticks_ms():
        online.clock.spend(online.costs.tick_read)
        return online.clock.now_us // 1000

    monkeypatch.setattr(adafruit_minimqtt, "ticks_ms", ticks_ms)


def client_of(board, **options):
    given = {
        "broker": "broker.example",
        "port": 1883,
        "client_id": "c-1",
        "keep_alive": 60,
        "socket_pool": board.pool,
        "socket_timeout": 1,
        "recv_timeout": 5,
        "connect_retries": 1,
    }
    client = MQTT(**{**given, **options})
    client.got = []
    client.on_message = lambda _client, topic, message: client.got.append((topic, message))
    return client


@pytest.fixture
def client(online):
    client = client_of(online)
    client.will_set("/charger/c-1/connection", "offline", retain=True, qos=1)
    client.connect()
    return client


def test_it_connects(client):
    assert client.is_connected()


def test_it_publishes_with_either_qos(online, client):
    heard = []
    online.broker.listen("/charger/c-1", lambda topic, payload: heard.append(payload))
    client.publish("/charger/c-1", "zero")
    client.publish("/charger/c-1", "one", qos=1)
    assert heard == [b"zero", b"one"]


def test_it_subscribes_and_receives(online, client):
    client.subscribe("/system/c-1", 1)
    online.broker.publish("/system/c-1", b'[3,"1",{}]')
    client.loop(1)
    assert client.got == [("/system/c-1", '[3,"1",{}]')]


def test_frames_that_cross_are_reported(online, client):
    client.subscribe("/system/c-1", 1)
    client.publish("/charger/c-1", '[2,"1","Heartbeat",{}]', qos=1)
    client.publish("/charger/c-1/connection", "online", retain=True, qos=1)
    online.broker.publish("/system/c-1", b"no frame")
    client.loop(1)
    assert online.frames("out") == [[2, "1", "Heartbeat", {}]]
    assert online.frames("in") == ["no frame"]


def test_frames_that_do_not_cross_are_not_reported(online, client):
    online.network.wifi(False)
    client.publish("/charger/c-1", "[1]")
    online.wait(3)
    assert online.frames("out") == []


def test_a_frame_in_pieces_is_one_frame(online, client):
    online.network.faults.trickle_bytes = 3
    online.network.faults.trickle_us = 1_000
    client.publish("/charger/c-1", '[2,"1","Heartbeat",{}]', qos=1)
    assert online.frames("out") == [[2, "1", "Heartbeat", {}]]


def test_its_will_is_published_when_the_power_goes(online, client):
    heard = []
    online.broker.listen("/charger/c-1/connection", lambda topic, payload: heard.append(payload))
    online.end_vm(orderly=False)
    online.wait(89)
    assert heard == []
    online.wait(2)
    assert heard == [b"offline"]


def test_it_takes_its_own_place_after_a_power_cut(online, client):
    online.end_vm(orderly=False)
    online.start_vm()
    online.join()
    client = client_of(online)
    client.connect()
    online.wait(1)
    client.ping()
    assert client.is_connected()


def test_a_refused_connection_is_an_exception(online):
    online.network.broker(False)
    with pytest.raises(MMQTTException):
        client_of(online).connect()


def test_a_wrong_password_is_an_exception(online):
    online.broker._credentials = ("user", "secret")
    with pytest.raises(MMQTTException, match="Incorrect username/password"):
        client_of(online, username="user", password="wrong").connect()
    client_of(online, username="user", password="secret").connect()


def test_a_black_hole_costs_its_socket_timeout(online):
    online.network.faults.syn_black_hole = True
    start = online.clock.now_us
    with pytest.raises(MMQTTException):
        client_of(online).connect()
    assert online.clock.now_us - start == pytest.approx(1_030_000, abs=20_000)


def test_a_broker_that_closed_is_an_exception(online, client):
    online.broker.restart()
    online.wait(0.1)
    with pytest.raises((MMQTTException, OSError)):
        client.publish("/charger/c-1", "x", qos=1)


def test_messages_larger_than_the_window_arrive_whole(online, client):
    client.subscribe("/system/c-1", 1)
    online.broker.publish("/system/c-1", b"x" * 20_000)
    client.loop(1)
    assert client.got == [("/system/c-1", "x" * 20_000)]


def test_tls_is_a_matter_of_time_and_trust(online):
    context = online.ssl.create_default_context()
    took = online.took(lambda: client_of(online, is_ssl=True, ssl_context=context).connect())
    assert took > online.costs.tls_handshake / 1e6
    online.broker.tls_refusal = "the certificate has expired"
    with pytest.raises(MMQTTException) as raised:
        client_of(online, is_ssl=True, ssl_context=context).connect(session_id="second")
    assert "the certificate has expired" in str(raised.value.__cause__)


def test_a_broker_that_says_nothing_costs_its_receive_timeout(online):
    online.broker.faults.silent = True
    start = online.clock.now_us
    with pytest.raises(MMQTTException):
        client_of(online).connect()
    assert online.clock.now_us - start == pytest.approx(6_000_000, abs=1_000_000)


def test_its_ping_keeps_the_connection(online, client):
    for _each in range(300):
        client.loop(1)
    assert online.clock.now_us > 300_000_000
    assert client.is_connected()


def test_its_packets_in_pieces_take_a_delayed_acknowledgement_without_tcp_nodelay(online, client):
    slow = online.took(lambda: client.publish("/charger/c-1", "x", qos=1))
    client._sock.setsockopt(online.pool.IPPROTO_TCP, online.pool.TCP_NODELAY, 1)
    quick = online.took(lambda: client.publish("/charger/c-1", "x", qos=1))
    assert slow > 0.04 > quick
