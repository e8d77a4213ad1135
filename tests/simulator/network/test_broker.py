# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The broker in memory, packet by packet (MQTT 3.1.1), and what can be wrong with it."""

import contextlib

import pytest
from amqtt.mqtt.connect import ConnectPacket, ConnectPayload, ConnectVariableHeader
from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.pingreq import PingReqPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.network.broker import MemoryBroker
from chargerctl.simulator.network.mqtt_packets import MalformedPacketError, PacketSplitter, decode
from hypothesis import given
from hypothesis import strategies as st


class Client:
    """The far end of one connection, without a network in between."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.closed = ""
        self._splitter = PacketSplitter()
        self._packets = []
        self.peer = broker.accept(self)

    def opened(self) -> None:
        self.closed = ""

    def send(self, data: bytes) -> None:
        self._packets += [decode(each) for each in self._splitter.feed(data)]

    def finish(self) -> None:
        self.closed = "fin"

    def reset(self) -> None:
        self.closed = "rst"

    def tls_done(self, refusal: str) -> None:
        self.refusal = refusal

    def say(self, packet) -> list:
        """Send a packet; what has come back by then."""
        self.peer.received(packet if isinstance(packet, bytes) else packet.to_bytes())
        return self.heard()

    def heard(self) -> list:
        heard, self._packets = self._packets, []
        return heard

    def texts(self) -> list[bytes]:
        return [each.data for each in self.heard() if isinstance(each, PublishPacket)]

    def connect(self, client_id="c", keep_alive=60, will=None, name=None, password=None, **header):
        variable = ConnectVariableHeader(0x02, keep_alive, **header)
        payload = ConnectPayload(client_id, username=name, password=password)
        if will:
            variable.will_flag = variable.will_retain_flag = True
            payload.will_topic, payload.will_message = will
        variable.username_flag = name is not None
        variable.password_flag = password is not None
        [connack] = self.say(ConnectPacket(variable_header=variable, payload=payload))
        return connack.return_code

    def publish(self, topic, data, qos=0, retain=False, packet_id=5):
        packet = PublishPacket.build(topic, data, packet_id if qos else None, False, qos, retain)
        return self.say(packet)

    def subscribe(self, *topics):
        return self.say(SubscribePacket.build(list(topics), 9))


@pytest.fixture
def broker():
    return MemoryBroker(Clock())


@pytest.fixture
def client(broker):
    client = Client(broker)
    assert client.connect() == 0
    return client


@pytest.fixture
def other(broker):
    client = Client(broker)
    client.connect("other")
    client.subscribe(("#", 1))
    client.heard()
    return client


def test_a_message_goes_to_whoever_subscribed(client, other):
    assert client.publish("/charger/1", b"hello") == []
    [packet] = other.heard()
    assert (packet.topic_name, packet.data, packet.qos, packet.retain_flag) == (
        "/charger/1",
        b"hello",
        0,
        False,
    )


def test_qos_1_is_acknowledged_and_passed_on_with_the_brokers_own_id(client, other):
    [ack] = client.publish("a", b"x", qos=1, packet_id=77)
    assert ack.variable_header.packet_id == 77
    [packet] = other.heard()
    assert (packet.qos, packet.packet_id) == (1, 1)


def test_the_lower_qos_counts(broker, client, other):
    client.subscribe(("a", 0))
    other.publish("a", b"x", qos=1)
    assert [each.qos for each in client.heard()] == [0]


def test_qos_2_is_granted_as_1_and_not_taken(client):
    [suback] = client.subscribe(("a", 2), ("b/#/c", 1))
    assert suback.payload.return_codes == [1, 0x80]
    client.publish("a", b"x", qos=2)
    assert client.closed == "rst"


def test_retained_messages_come_with_the_flag_to_later_subscribers_only(client, broker):
    client.publish("state", b"on", retain=True)
    late = Client(broker)
    late.connect("late")
    _suback, packet = late.subscribe(("state", 1))
    assert (packet.data, packet.retain_flag) == (b"on", True)
    client.publish("state", b"off", retain=True)
    assert [each.retain_flag for each in late.heard()] == [False]
    client.publish("state", b"", retain=True)
    assert len(late.subscribe(("state", 1))) == 2  # the empty message, live, and the acknowledgement


def test_unsubscribed_is_unsubscribed(client, other):
    client.subscribe(("a", 1))
    client.say(UnsubscribePacket.build(["a"], 3))
    other.publish("a", b"x")
    assert client.heard() == []


def test_the_will_is_published_when_the_client_vanishes(broker, other):
    doomed = Client(broker)
    doomed.connect("doomed", will=("state", b"offline"))
    doomed.peer.disconnected()
    assert other.texts() == [b"offline"]
    assert [each.payload for each in broker.retained("state")] == [b"offline"]


def test_but_not_when_it_takes_its_leave(broker, other):
    polite = Client(broker)
    polite.connect("polite", will=("state", b"offline"))
    polite.say(DisconnectPacket())
    assert other.heard() == []
    assert polite.closed == "fin"


def test_a_silent_client_is_dropped_after_one_and_a_half_times_its_keep_alive(broker, other):
    quiet = Client(broker)
    quiet.connect("quiet", keep_alive=10, will=("state", b"offline"))
    broker.clock.spend(14_900_000)
    assert quiet.say(PingReqPacket())
    broker.clock.spend(14_900_000)
    assert quiet.closed == ""
    broker.clock.spend(200_000)
    assert quiet.closed == "rst"
    assert other.texts() == [b"offline"]


def test_a_second_connection_of_the_same_client_takes_over(broker, client):
    second = Client(broker)
    second.connect("c")
    assert client.closed == "rst"
    client.peer.disconnected()
    second.subscribe(("a", 0))
    broker.publish("a", b"x")
    assert second.texts() == [b"x"]


@pytest.mark.parametrize(("name", "password", "code"), [("u", "p", 0), ("u", "x", 4), (None, None, 4)])
def test_credentials_are_checked_where_there_are_any(name, password, code):
    client = Client(MemoryBroker(Clock(), "u", "p"))
    assert client.connect(name=name, password=password) == code
    assert client.closed == ("fin" if code else "")


def test_another_protocol_version_is_refused(broker):
    assert Client(broker).connect(proto_level=3) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"\x10\xff\xff\xff\xff\x01",  # a length of five bytes
        b"\xc0\x00",  # PINGREQ before CONNECT
        b"\xf0\x00",  # no such type
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x10\x02\x00\x04",
    ],
)
def test_rubbish_ends_the_connection(broker, data):
    client = Client(broker)
    client.peer.received(data)
    assert client.closed == "rst" or client.heard() == []


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_break_the_broker(data, connected):
    client = Client(MemoryBroker(Clock()))
    if connected:
        client.connect()
    client.peer.received(data)


@given(st.binary(max_size=100))
def test_decoding_fails_only_in_its_own_way(data):
    with contextlib.suppress(MalformedPacketError):
        decode(data)


@given(st.lists(st.binary(max_size=300), max_size=8), st.data())
def test_the_splitter_finds_the_packets_wherever_the_stream_is_cut(payloads, data):
    packets = [PublishPacket.build("t", each, None, False, 0, False).to_bytes() for each in payloads]
    stream = b"".join(packets)
    splitter, found = PacketSplitter(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += splitter.feed(stream[:size])
        stream = stream[size:]
    assert found == packets


@pytest.mark.parametrize(
    ("topic_filter", "topic", "covered"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "/charger/1", True),
        ("/charger/+", "/charger/1", True),
        ("+/charger/1", "/charger/1", True),
        ("/charger/1", "charger/1", False),
        ("#", "$SYS/x", False),
        ("+/x", "$SYS/x", False),
        ("$SYS/#", "$SYS/x", True),
    ],
)
def test_topic_filters(broker, topic_filter, topic, covered):
    heard = []
    broker.listen(topic_filter, lambda *message: heard.append(message))
    broker.publish(topic, b"x")
    assert heard == [(topic, b"x")] * covered


@pytest.mark.parametrize("topic_filter", ["", "a#", "a/#/b", "a+/b", "a\0"])
def test_malformed_filters(client, topic_filter):
    [suback] = client.subscribe((topic_filter, 0))
    assert suback.payload.return_codes == [0x80]


# The other programs on the laptop.


def test_listeners_hear_everything_that_matches_retained_messages_included(broker, client):
    heard = []
    client.publish("/charger/1/connection", b"online", retain=True)
    broker.listen("/charger/+/connection", lambda *message: heard.append(message))
    client.publish("/charger/1", b"x")
    client.publish("/charger/1/connection", b"offline")
    assert heard == [("/charger/1/connection", b"online"), ("/charger/1/connection", b"offline")]


def test_they_publish_too(broker, other):
    broker.publish("/system/1", b"call", retain=True)
    assert other.texts() == [b"call"]
    assert broker.retained("/system/1")


# Faults.


def test_a_silent_broker_takes_everything_and_says_nothing(broker):
    broker.faults.silent = True
    client = Client(broker)
    with pytest.raises(ValueError, match="not enough values"):
        client.connect()
    assert client.closed == ""


def test_a_broker_can_refuse(broker):
    broker.faults.refuse_with = 3
    client = Client(broker)
    assert client.connect() == 3
    assert client.closed == "fin"


def test_messages_can_be_reordered_within_a_time(broker, other):
    broker.faults.reorder_us = 200_000
    for text in (b"1", b"2", b"3"):
        broker.publish("a", text)
    assert other.heard() == []
    broker.clock.spend(200_000)
    assert other.texts() == [b"3", b"2", b"1"]
    broker.faults.reorder_us = 0
    broker.publish("a", b"4")
    assert other.texts() == [b"4"]


def test_messages_can_come_twice(broker, other):
    broker.faults.duplicate = 1
    broker.publish("a", b"x")
    first, second = other.heard()
    assert (first.dup_flag, second.dup_flag) == (False, True)
    assert first.packet_id == second.packet_id


def test_raw_bytes_reach_the_clients(broker):
    client = Client(broker)
    client.connect()
    raw = []
    client.send = raw.append
    broker.inject(b"\xff\x00garbage")
    assert raw == [b"\xff\x00garbage"]


def test_a_restart_forgets_everything(broker, client):
    client.publish("a", b"x", retain=True)
    broker.restart()
    assert client.closed == "rst"
    assert broker.retained("#") == []
