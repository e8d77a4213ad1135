# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The packet buffer, fed in pieces of any size."""

import pytest
from charger.net.framing import CONNACK, MAX_SKIPPED, SUBACK, LinkError, Packet
from hypothesis import given
from hypothesis import strategies as st

TOPIC = "/system/box-1"


def feed(packet, data, sizes=()):
    """Gives `data` in pieces of at most `sizes`; the outcome of each packet: the bytes handed over, a note, or None."""
    outcomes = []
    sizes = list(sizes)
    while data:
        room = packet.room()
        n = min(len(room), len(data), sizes.pop() if sizes else len(data))
        room[:n] = data[:n]
        data = data[n:]
        if packet.filled(n):
            if packet.wanted:
                taken = bytearray(5000)
                n = packet.take(memoryview(taken), len(taken))
                assert packet.empty
                outcomes.append(bytes(taken[:n]))
            else:
                outcomes.append((packet.note, packet.ack_id) if packet.note else None)
            packet.clear()
    return outcomes


@given(
    payloads=st.lists(st.binary(max_size=3000), min_size=1, max_size=4),
    sizes=st.lists(st.integers(1, 400)),
    qos=st.integers(0, 1),
)
def test_pieces_of_any_size_give_the_same_packets(mqtt_message, payloads, sizes, qos):
    packets = [mqtt_message(payload, qos=qos, pid=77) for payload in payloads]
    outcomes = feed(Packet(TOPIC), b"".join(packets), sizes)
    assert outcomes == [
        packet if len(payload) <= 2048 else (f"Discarded a message of {len(payload)} bytes", 77 * qos)
        for packet, payload in zip(packets, payloads, strict=True)
    ]


@given(st.binary(max_size=200), st.sampled_from([0, 0x20, 0x40, 0x90]))
def test_rubbish_is_refused_or_waits_for_more_and_never_breaks(data, awaited):
    packet = Packet(TOPIC)
    packet.awaited = awaited
    try:
        feed(packet, data)
    except LinkError:
        packet.clear()
        assert not packet.begun


def test_an_acknowledgement_is_handed_over_only_to_who_waits_for_it():
    packet = Packet(TOPIC)
    assert feed(packet, b"\x20\x02\0\0") == [None]
    packet.awaited = CONNACK
    assert feed(packet, b"\x20\x02\0\0") == [b"\x20\x02\0\0"]
    assert feed(packet, b"\xd0\0") == [None]


def test_up_to_64_kilobytes_are_skipped_and_a_byte_more_ends_the_connection(mqtt_message):
    overhead = 2 + len(TOPIC) + 2
    largest = mqtt_message(b"x" * (MAX_SKIPPED - overhead))
    assert feed(Packet(TOPIC), largest) == [(f"Discarded a message of {MAX_SKIPPED - overhead} bytes", 7)]
    with pytest.raises(LinkError, match="a packet of 65537 bytes"):
        feed(Packet(TOPIC), mqtt_message(b"x" * (MAX_SKIPPED - overhead + 1)))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x30\xff\xff\xff\x7f", "a packet of 268435455 bytes"),
        (b"\x30\xff\xff\xff\xff", "an impossible length"),
        (b"\x10\x00", "invalid packet: 0x10"),
        (b"\x41\x02", "invalid packet: 0x41"),
        (b"\x40\x03", "invalid packet: 0x40 with 3 bytes"),
        (b"\x34\x11\0\x0d/system/box-1\0\1", "malformed message: 0x34"),
        (b"\x36\x11\0\x0d/system/box-1\0\1", "malformed message: 0x36"),
        (b"\x32\x10\0\x0d/system/box-1\0", "malformed message: 0x32 with 16 bytes"),
        (b"\x30\x00", "malformed message: 0x30 with 0 bytes"),
    ],
)
def test_what_mqtt_does_not_know_ends_the_connection(data, why):
    with pytest.raises(LinkError, match=why):
        feed(Packet(TOPIC), data)


STATE = b"/system/box-1/connection"
SAID = ("Central system offline", 0)
NO_MORE = ("Central system no longer offline", 0)


@pytest.mark.parametrize("retain", [False, True])
@pytest.mark.parametrize("qos", [0, 1])
def test_offline_counts_retained_or_not_and_is_acknowledged_like_any_message(mqtt_message, retain, qos):
    packet = Packet(TOPIC)
    outcomes = feed(packet, mqtt_message(b"offline", STATE, qos=qos, retain=retain, pid=77))
    assert outcomes == [("Central system offline", 77 * qos)]
    assert packet.offline


@pytest.mark.parametrize(
    "payload",
    [
        b"online",
        b"",
        b"Offline",
        b"offline ",
        b"offline\0",
        b"off",
        b"\xff\xfe",
        b"[2]",
        b"offline" * 700,
        b"x" * 65000,
    ],
    ids=lambda payload: f"{payload[:9]!r}, {len(payload)} bytes",
)
def test_anything_else_means_ask_and_see(mqtt_message, payload):
    packet = Packet(TOPIC)
    assert feed(packet, mqtt_message(payload, STATE, qos=0, retain=True)) == [None]
    assert not packet.offline
    feed(packet, mqtt_message(b"offline", STATE))
    assert feed(packet, mqtt_message(payload, STATE, qos=1, pid=9)) == [(NO_MORE[0], 9)]
    assert not packet.offline


@given(sizes=st.lists(st.integers(1, 9)), repeats=st.integers(1, 5))
def test_the_same_word_again_is_no_news(mqtt_message, sizes, repeats):
    said = mqtt_message(b"offline", STATE, qos=0)
    packet = Packet(TOPIC)
    assert feed(packet, said * repeats, sizes) == [SAID] + [None] * (repeats - 1)
    assert packet.offline


@pytest.mark.parametrize(
    "topic",
    [
        b"/system/box-1/connectio",
        b"/system/box-1/connections",
        b"/system/box-2/connection",
        b"/charger/box-1/connection",
        b"/connection",
        b"",
        b"\xff" * 60000,
    ],
    ids=lambda topic: f"{topic[:25]!r}, {len(topic)} bytes",
)
def test_offline_on_another_topic_is_nothing(mqtt_message, topic):
    packet = Packet(TOPIC)
    (outcome,) = feed(packet, mqtt_message(b"offline", topic, qos=0, retain=True))
    assert outcome == ("Discarded a message on a foreign topic", 0)
    assert not packet.offline


def test_offline_on_the_topic_of_frames_is_a_frame(mqtt_message):
    packet = Packet(TOPIC)
    data = mqtt_message(b"offline", qos=0)
    assert feed(packet, data) == [data]
    assert not packet.offline


def test_the_second_subscription_may_be_refused_but_not_the_first():
    packet = Packet(TOPIC)
    packet.awaited = SUBACK
    assert feed(packet, b"\x90\x04\0\2\1\x80") == [b"\x90\x04\0\2\1\1"]
    for refused in (b"\x90\x04\0\2\x80\1", b"\x90\x04\0\2\x80\x80"):
        assert feed(packet, refused)[0][4] == 0x80
