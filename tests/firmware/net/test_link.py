# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the link does with a broker that behaves."""

import pytest

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 0x10, 0x30, 0x40, 0x80, 0xC0, 0xE0
# What is subscribed to: frames, and whether anybody answers.
STATE = b"/system/box-1/connection"
BOTH = b"\0\x0d/system/box-1\x01\0\x18" + STATE + b"\x01"


@pytest.mark.requirement("J 3.1.1", "The serial number is in the topics")
def test_connects_subscribes_and_announces_itself(rig):
    rig.connect()
    assert [first for first, _ in rig.broker.received] == [CONNECT, 0x82, PUBLISH | 2 | 1]
    assert rig.broker.received[1][1][2:] == BOTH
    assert rig.broker.received[2][1] == b"\0\x19/charger/box-1/connection\0\x03online"
    assert rig.log == [f"mqtt Connected to broker 127.0.0.1:{rig.broker.port}"]


def test_an_answer_that_comes_late_is_awaited_over_passes(late):
    took = late.until(lambda: late.link.connected)
    assert 3 * late.broker.delay_ms <= took <= 3 * late.broker.delay_ms + 60
    # Each request was sent once, with the packet id that its answer named.
    assert [first for first, _ in late.broker.received] == [CONNECT, 0x82, PUBLISH | 2 | 1]
    assert late.broker.received[1][1][:2] == b"\0\x02"
    assert late.broker.received[2][1] == b"\0\x19/charger/box-1/connection\0\x03online"
    assert late.link.publish("hello")
    late.until(lambda: late.broker.received[-1] == (PUBLISH, b"\0\x0e/charger/box-1hello"))


def test_a_late_refusal_keeps_its_code_and_the_next_try_succeeds(late, mqtt):
    accepted = late.broker.answers[CONNECT]
    late.broker.answers[CONNECT] = lambda body: mqtt.packet(0x20, b"\0\4")
    late.until(
        lambda: late.log.has("MQTT code 4, bad user name or password: check mqtt.username and mqtt.password")
    )
    late.broker.answers[CONNECT] = accepted
    late.connect()


def test_messages_that_come_before_a_late_suback_arrive_once_and_are_acknowledged(late, mqtt):
    late.until(lambda: SUBSCRIBE in late.broker.kinds())
    for number in range(3):
        late.broker.send(mqtt.message(b"%d" % number, pid=20 + number))
        late.step(2)
    late.connect()
    assert [late.link.receive() for _ in range(4)] == ["0", "1", "2", None]
    assert [body[1] for first, body in late.broker.received if first == PUBACK] == [20, 21, 22]
    assert late.broker.kinds().count(SUBSCRIBE) == 1


def test_no_request_is_repeated_over_many_connections(late):
    for count in range(1, 6):
        late.connect()
        late.link.close()
        assert late.broker.kinds() == [CONNECT, SUBSCRIBE, PUBLISH] * count


def test_the_last_will_is_a_retained_offline_with_qos_1(rig):
    rig.connect()
    body = rig.broker.received[0][1]
    flags = body[7]
    assert flags == 0x02 | 0x04 | 0x08 | 0x20  # clean session, will, QoS 1, retain
    assert b"\0\x19/charger/box-1/connection\0\x07offline" in body


def test_keep_alive_of_the_settings_is_told_to_the_broker(broker, make_rig):
    make_rig(broker, mqtt__keep_alive=300).connect()
    assert broker.received[0][1][8:10] == b"\x01\x2c"


def test_a_username_without_a_password_is_sent_with_an_empty_one(broker, make_rig):
    make_rig(broker, mqtt__username="maria").connect()
    assert broker.received[0][1].endswith(b"\0\x05maria\0\0")


def test_frames_go_out_with_qos_0_in_one_piece(rig):
    rig.connect()
    assert rig.link.publish('[2,"1","Heartbeat",{}]')
    rig.step()
    assert rig.broker.received[-1] == (PUBLISH, b'\0\x0e/charger/box-1[2,"1","Heartbeat",{}]')


def test_the_largest_frame_goes_out_and_a_larger_one_is_dropped_with_a_line(rig):
    rig.connect()
    assert rig.link.publish("x" * 2048)
    rig.step()
    assert rig.broker.received[-1][1].endswith(b"x" * 2048)
    assert rig.link.publish("x" * 2049)
    rig.step()
    assert rig.log[-1] == "mqtt A message of 2049 bytes is too long to send"
    assert rig.link.connected


def test_before_the_connection_nothing_is_taken(rig):
    assert rig.link.publish("early") is False
    assert rig.link.receive() is None


def test_a_message_arrives_once_and_is_acknowledged(rig, mqtt):
    rig.connect()
    rig.broker.send(mqtt.message("grüß".encode(), pid=513))
    rig.step(3)
    assert rig.link.receive() == "grüß"
    assert rig.link.receive() is None
    assert rig.broker.received[-1] == (PUBACK, b"\x02\x01")


def test_messages_keep_their_order_and_wait_on_the_wire_when_five_are_unread(rig, mqtt):
    rig.connect()
    rig.broker.send(b"".join(mqtt.message(b"%d" % n) for n in range(12)))
    rig.step(50)
    assert rig.broker.kinds().count(PUBACK) == 5
    heard = []

    def all_read():
        heard.append(rig.link.receive())
        return "11" in heard

    rig.until(all_read)
    assert [text for text in heard if text] == [str(n) for n in range(12)]
    assert not rig.log.has("Discarded")


def test_messages_without_a_place_during_the_handshake_are_discarded_with_a_line(rig, mqtt):
    seven = b"".join(mqtt.message(b"%d" % n) for n in range(7))
    subscribed = rig.broker.answers[SUBSCRIBE]
    rig.broker.answers[SUBSCRIBE] = lambda body: seven + subscribed(body)
    rig.connect()
    assert [rig.link.receive() for _ in range(6)] == ["0", "1", "2", "3", "4", None]
    assert [line for line in rig.log if "Discarded" in line] == [
        "mqtt Discarded a message: 5 are waiting already"
    ] * 2


def test_what_is_not_utf8_is_discarded_with_a_line(rig, mqtt):
    rig.connect()
    rig.broker.send(mqtt.message(b"\xff\xfe\x00") + mqtt.message(b"next"))
    rig.step(5)
    assert rig.link.receive() == "next"
    assert rig.log.has("Discarded a message of 3 bytes that is not UTF-8")


def test_retained_foreign_and_oversize_messages_are_acknowledged_and_discarded(rig, mqtt):
    rig.connect()
    before = len(rig.broker.received)
    rig.broker.send(
        mqtt.message(b"replayed", retain=True, pid=11)
        + mqtt.message(b"lost", topic=b"/system/other", pid=12)
        + mqtt.message(b"x" * 2049, pid=13)
        + mqtt.message(b"x" * 65000, pid=14)
        + mqtt.message(b"good", pid=15)
    )
    rig.until(lambda: len(rig.broker.received) == before + 5)
    assert [body[1] for _, body in rig.broker.received[before:]] == [11, 12, 13, 14, 15]
    assert [rig.link.receive(), rig.link.receive()] == ["good", None]
    assert [line for line in rig.log if "Discarded" in line] == [
        "mqtt Discarded a retained message",
        "mqtt Discarded a message on a foreign topic",
        "mqtt Discarded a message of 2049 bytes",
        "mqtt Discarded a message of 65000 bytes",
    ]


def test_acknowledgements_that_nobody_waits_for_are_ignored(rig, mqtt):
    rig.connect()
    rig.broker.send(mqtt.packet(0x40, b"\0\x63") + mqtt.packet(0x90, b"\0\x63\1\1") + mqtt.packet(0xD0))
    rig.broker.send(mqtt.message(b"good"))
    rig.step(5)
    assert rig.link.connected
    assert rig.link.receive() == "good"


def test_pings_when_nothing_came_for_half_the_keep_alive(rig):
    rig.connect()
    rig.until(lambda: PINGREQ in rig.broker.kinds(), within_ms=30100)
    rig.until(lambda: rig.broker.kinds().count(PINGREQ) == 3, within_ms=60100)
    assert rig.link.connected


def test_pings_when_messages_come_but_nothing_goes(rig, mqtt):
    rig.connect()

    def talk():
        rig.broker.send(mqtt.message(b"again", qos=0))
        rig.step(100)
        rig.link.receive()
        return PINGREQ in rig.broker.kinds()

    rig.until(talk, within_ms=31000)


def test_reconnects_and_subscribes_again_after_the_broker_left(rig):
    rig.connect()
    rig.until(lambda: PINGREQ in rig.broker.kinds(), within_ms=31000)
    rig.broker.hang_up()
    rig.until(lambda: not rig.link.connected)
    assert rig.log[-1].endswith("lost (closed by the broker), next try in 1 s")
    assert rig.until(lambda: rig.link.connected) < 1100
    assert rig.broker.kinds().count(SUBSCRIBE) == 2


@pytest.mark.requirement("JERR 3.3", "A refused connection is tried again after ever longer pauses")
def test_pauses_double_up_to_a_minute_and_start_over_after_a_good_connection(broker, make_rig):
    broker.listener.close()
    rig = make_rig(broker)
    rig.broker = None
    rig.until(lambda: len(rig.log) == 8, within_ms=200000)
    assert [line.rsplit("next try in ")[1] for line in rig.log] == [
        f"{s} s" for s in (1, 2, 4, 8, 16, 32, 60, 60)
    ]
    assert rig.log[0].startswith(
        f"mqtt Broker 127.0.0.1:{broker.port} not reachable (connection refused: is a broker running there? (mqtt.port))"
    )


def test_waits_for_wifi_and_drops_the_connection_with_it(rig):
    rig.wifi.connected = False
    rig.step(1000)
    assert rig.broker.received == []
    rig.wifi.connected = True
    rig.connect()
    rig.wifi.connected = False
    rig.step()
    assert not rig.link.connected
    assert rig.log.has("lost (Wi-Fi is down)")


def test_close_leaves_without_disconnect_so_that_the_last_will_stands(rig):
    rig.connect()
    rig.link.close()
    rig.step(2)
    assert DISCONNECT not in rig.broker.kinds()
    assert not rig.link.connected


def test_only_one_exchange_with_the_broker_in_a_pass(rig):
    reached = []
    while not rig.link.connected:
        before = len(rig.broker.received)
        rig.step()
        reached.append(len(rig.broker.received) - before)
    assert max(reached) == 1


def test_nothing_grows_over_a_hundred_connections(rig):
    for _ in range(100):
        rig.connect()
        rig.link.close()
    assert rig.link._client._subscribed_topics == []


def says(rig, mqtt, payload, **options):
    """The central system says it on its connection topic."""
    options = {"topic": STATE, "qos": 0, **options}
    rig.broker.send(mqtt.message(payload, **options))
    rig.step(2)


def test_offline_is_no_connection_for_who_asks_but_messages_pass(rig, mqtt):
    rig.connect()
    says(rig, mqtt, b"offline")
    assert not rig.link.connected
    assert rig.log[-1] == "mqtt Central system offline"
    rig.broker.send(mqtt.message(b"a call", qos=0))
    rig.step()
    assert rig.link.receive() == "a call"
    assert rig.link.publish("an answer")
    rig.step()
    assert rig.broker.received[-1] == (PUBLISH, b"\0\x0e/charger/box-1an answer")
    says(rig, mqtt, b"online")
    assert rig.link.connected
    assert rig.log[-1] == "mqtt Central system no longer offline"
    assert rig.broker.kinds().count(CONNECT) == 1


def test_an_offline_that_is_taken_back_in_the_same_segment_is_noticed_in_a_pass(rig, mqtt):
    rig.connect()
    words = (b"offline", b"online")
    rig.broker.send(b"".join(mqtt.message(word, topic=STATE, pid=40) for word in words))
    connected = []
    for _ in range(4):
        rig.step()
        connected.append(rig.link.connected)
    assert False in connected
    assert connected[-1]


def test_a_retained_offline_with_the_suback_counts_from_the_first_moment_on(late, mqtt):
    answer = late.broker.answers[SUBSCRIBE]
    said = mqtt.message(b"offline", topic=STATE, retain=True, pid=40)
    late.broker.answers[SUBSCRIBE] = lambda body: answer(body) + said
    late.until(lambda: late.log.has("Connected to broker"))
    late.until(lambda: late.broker.received[-1] == (PUBACK, b"\0\x28"))
    assert not late.link.connected
    late.until(lambda: late.link.publish("hello"))


def test_what_was_said_is_forgotten_with_the_connection(rig, mqtt):
    rig.connect()
    says(rig, mqtt, b"offline")
    rig.broker.hang_up()
    rig.until(lambda: rig.log.has("lost"))
    rig.connect()
    assert rig.broker.kinds().count(CONNECT) == 2


def test_pings_go_on_while_nobody_answers(rig, mqtt):
    rig.connect()
    says(rig, mqtt, b"offline")
    rig.clock.advance(31000)
    rig.step(3)
    assert rig.broker.kinds()[-1] == PINGREQ
    rig.clock.advance(31000)
    rig.step(3)
    assert rig.log[-1] == "mqtt Central system offline"


def test_an_access_list_that_refuses_only_the_connection_topic_costs_a_line(rig, mqtt):
    rig.broker.answers[SUBSCRIBE] = lambda body: mqtt.packet(0x90, body[:2] + b"\1\x80")
    rig.connect()
    assert rig.log == [
        "mqtt Subscription to /connection refused",
        f"mqtt Connected to broker 127.0.0.1:{rig.broker.port}",
    ]


def test_a_broker_that_closes_for_the_connection_topic_is_asked_without_it(rig, mqtt):
    answer = rig.broker.answers[SUBSCRIBE]
    rig.broker.answers[SUBSCRIBE] = lambda body: (
        answer(body) if STATE not in body else rig.broker.hang_up() or b""
    )
    for count in range(1, 3):
        # With the next connection both are tried again.
        rig.connect()
        assert rig.broker.kinds().count(CONNECT) == 2 * count
        rig.broker.hang_up()
        rig.until(lambda: not rig.link.connected)
