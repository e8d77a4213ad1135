# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every way in which a broker refuses a charger has a name in the log: what, host and port, what to do."""

import errno
import sys

import pytest
from charger.net import mqtt

CONNECT, PUBLISH, SUBSCRIBE = 0x10, 0x30, 0x80
SILENCE = b""


def first_line(rig):
    rig.until(lambda: rig.log)
    line = rig.log[0]
    assert f" 127.0.0.1:{rig.broker.port} " in line
    assert not any(name in line for name in errno.errorcode.values())
    # What the console takes of a line.
    assert len(line) <= 200
    rig.refused = f"Broker 127.0.0.1:{rig.broker.port} refused the connection (" in line
    assert rig.refused or f"No connection to broker 127.0.0.1:{rig.broker.port} (" in line
    return line.partition(" (")[2].rpartition("), next try in ")[0]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "it does not speak MQTT 3.1.1, which the charger needs"),
        (2, "client id not accepted: set mqtt.client_id"),
        (3, "broker not available: see its log"),
        (4, "bad user name or password: check mqtt.username and mqtt.password"),
        (5, "not authorised: check mqtt.username, mqtt.password and the broker's access list"),
        (0x84, "it does not speak MQTT 3.1.1, which the charger needs"),
        (0x85, "client id not accepted: set mqtt.client_id"),
        (0x87, "not authorised: check mqtt.username, mqtt.password and the broker's access list"),
        (99, "see the broker's log"),
    ],
)
def test_a_refusal_at_connect_has_its_code_and_its_words(rig, mqtt, code, words):
    rig.broker.answers[CONNECT] = lambda body: mqtt.packet(0x20, bytes([0, code]))
    assert first_line(rig) == f"MQTT code {code}, {words}"
    assert rig.refused


def test_a_connack_of_mqtt_5_is_another_version(rig, mqtt):
    rig.broker.answers[CONNECT] = lambda body: mqtt.packet(0x20, b"\0\x84\0")
    assert first_line(rig) == "it answers in another version of MQTT than 3.1.1, which the charger needs"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\x15\x03\x01\0\x02\x02\x46", "it speaks TLS at that port: set mqtt.tls, or another mqtt.port"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "a web server answers there: check mqtt.port"),
        (
            b"SSH-2.0-OpenSSH_9.2\r\n",
            "the broker sent an invalid packet: 0x53 with 83 bytes: is that an MQTT broker without TLS? (mqtt.port)",
        ),
        (
            SILENCE,
            "no answer from the broker in 5 s: is that an MQTT broker without TLS? (mqtt.port)",
        ),
    ],
)
def test_what_is_no_broker_is_named(rig, answer, words):
    rig.broker.answers[CONNECT] = lambda body: answer
    assert first_line(rig) == words
    assert not rig.refused, "it answered nothing, or nothing that a broker says"


@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_that_is_closed_at_connect_has_few_causes(rig, reset):
    rig.broker.answers[CONNECT] = lambda body: rig.broker.hang_up(reset) or SILENCE
    assert first_line(rig) == (
        "closed by the broker at CONNECT: TLS expected (mqtt.tls), no MQTT 3.1.1, "
        "or no retained will allowed on /charger/box-1/connection?"
    )


def test_a_refused_subscription_names_topic_and_remedy(rig, mqtt):
    rig.broker.answers[SUBSCRIBE] = lambda body: mqtt.packet(0x90, body[:2] + b"\x80\1")
    assert first_line(rig) == (
        "SUBSCRIBE to /system/box-1 refused: allow it in the broker's access list, or set mqtt.subscribe_topic"
    )
    assert rig.refused


def test_a_broker_that_closes_at_the_subscription_or_at_the_retained_message_is_named(rig):
    rig.broker.answers[SUBSCRIBE] = lambda body: rig.broker.hang_up() or SILENCE
    assert first_line(rig) == (
        "closed by the broker at SUBSCRIBE to /system/box-1 and /system/box-1/connection: are both allowed? "
        "(mqtt.subscribe_topic)"
    )


@pytest.mark.parametrize("closes", [True, False])
def test_a_retained_message_that_is_not_allowed_is_named(rig, closes):
    rig.broker.answers[PUBLISH | 3] = lambda body: (closes and rig.broker.hang_up()) or SILENCE
    assert first_line(rig) == (
        ("closed by the broker" if closes else "no answer from the broker in 5 s")
        + " to the retained message on /charger/box-1/connection: is that allowed? (mqtt.publish_topic)"
    )
    assert rig.refused is closes


@pytest.mark.parametrize(
    "error", [MemoryError("no memory"), RuntimeError("pystack exhausted"), ValueError("bad")]
)
def test_a_trouble_of_the_chargers_own_is_not_put_on_the_broker(rig, monkeypatch, error):
    def fails(keep_alive):
        raise error

    monkeypatch.setattr(rig.link._client, "connect", fails)
    assert first_line(rig) == f"{type(error).__name__} {error}"
    assert not rig.refused


def test_a_network_that_is_lost_while_connecting_is_no_refusal(rig):
    rig.broker.answers[CONNECT] = lambda body: SILENCE
    rig.step(20)
    rig.wifi.connected = False
    assert first_line(rig) == "Wi-Fi is down"
    assert not rig.refused


def taken_over(rig, after_ms, count):
    """Another client with our id connects, `after_ms` after each of our connections."""
    for _ in range(count):
        rig.connect()
        rig.step(after_ms // 5)
        rig.broker.hang_up()
        rig.until(lambda: not rig.link.connected)


@pytest.mark.parametrize("after_ms", [50, 30_000, 100_000])
def test_a_client_of_the_same_id_is_the_likely_cause_from_the_second_close_on(broker, make_rig, after_ms):
    rig = make_rig(broker, mqtt__client_id="twin", mqtt__keep_alive=10)
    taken_over(rig, after_ms, 3)
    lost = [line for line in rig.log if " lost " in line]
    words = "closed by the broker soon after CONNECT, {} times: does another client use the id twin? (mqtt.client_id)"
    assert lost[0].endswith("lost (closed by the broker), next try in 1 s")
    assert words.format(2) in lost[1]
    assert words.format(3) in lost[2]


def test_a_broker_that_restarts_or_a_connection_that_lasted_is_no_such_case(broker, make_rig):
    rig = make_rig(broker, mqtt__keep_alive=10)
    taken_over(rig, 50, 1)
    rig.connect()
    rig.step(121_000 // 5)
    broker.hang_up()
    rig.until(lambda: not rig.link.connected)
    assert "(closed by the broker), " in rig.log[-1]
    # Between the connections of a broker that restarts there is one that it refuses.
    taken_over(rig, 50, 1)
    broker.listener.close()
    rig.broker = None
    rig.until(lambda: rig.log.has("connection refused"))
    assert rig.link._closes == 0


def test_a_connection_that_is_closed_when_idle_names_the_keep_alive(rig):
    rig.connect()
    rig.step(25_000 // 5)
    rig.broker.hang_up()
    rig.until(lambda: not rig.link.connected)
    assert rig.log[-1].endswith(
        "lost (closed by the broker after 25 s without a message: if that repeats, lower mqtt.keep_alive (60)), "
        "next try in 1 s"
    )


def test_where_there_is_no_memory_for_the_words_the_short_reason_is_logged(rig, monkeypatch):
    rig.connect()

    def no_room(name):
        raise MemoryError

    monkeypatch.setattr(mqtt, "visit", no_room)
    rig.step(25_000 // 5)
    rig.broker.hang_up()
    rig.until(lambda: not rig.link.connected)
    assert rig.log[-1].endswith("lost (closed by the broker), next try in 1 s")


def test_with_the_relay_closed_and_a_short_max_stall_nothing_is_loaded_for_it(rig):
    rig.connect()
    rig.stalls.limit = 0
    rig.broker.hang_up()
    rig.until(lambda: not rig.link.connected)
    assert rig.log[-1].endswith("lost (closed by the broker), next try in 1 s")
    assert "charger.net.trouble" not in sys.modules
