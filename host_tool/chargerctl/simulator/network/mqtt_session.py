# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One client's connection to the broker in memory: the protocol of MQTT 3.1.1, packet by packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from amqtt.mqtt.connack import CONNECTION_ACCEPTED, ConnackPacket
from amqtt.mqtt.connect import ConnectPacket
from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.pingreq import PingReqPacket
from amqtt.mqtt.pingresp import PingRespPacket
from amqtt.mqtt.puback import PubackPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.suback import SubackPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsuback import UnsubackPacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket

from chargerctl.simulator.machine.clock import Clock, Timer
from chargerctl.simulator.network.faults import BrokerFaults
from chargerctl.simulator.network.mqtt_packets import MalformedPacketError, Packet, PacketSplitter, decode
from chargerctl.simulator.network.peer import BoardEnd, TlsRequest

MAX_QOS = 1
_SUBSCRIPTION_REFUSED = 0x80


@dataclass(frozen=True)
class Message:
    """One MQTT application message."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class Broker(Protocol):
    """What a session calls on its broker (MemoryBroker)."""

    clock: Clock
    faults: BrokerFaults
    tls_refusal: str

    def admit(self, session: Session, connect: ConnectPacket) -> int: ...
    def dismiss(self, session: Session) -> None: ...
    def subscribe(self, session: Session, topic_filter: str, qos: int) -> None: ...
    def unsubscribe(self, session: Session, topic_filter: str) -> None: ...
    def retained(self, topic_filter: str) -> list[Message]: ...
    def route(self, message: Message) -> None: ...


class Session:
    """A Peer (peer.py) that speaks MQTT. A violation of the protocol ends the connection (4.8)."""

    def __init__(self, broker: Broker, connection: BoardEnd) -> None:
        self.client_id = ""
        self._broker = broker
        self._connection = connection
        self._splitter = PacketSplitter()
        self._connected = False
        self._over = False
        self._keep_alive_us = 0
        self._expiry: Timer | None = None
        self._will: Message | None = None
        self._subscriptions: dict[str, int] = {}
        self._held: list[Message] = []
        self._packet_id = 0

    # Peer.

    def received(self, data: bytes) -> None:
        """Bytes from the client."""
        try:
            for each in self._splitter.feed(data):
                if not self._over:
                    self._handle(decode(each))
        except MalformedPacketError:
            self.drop()

    def disconnected(self) -> None:
        """The client went without a DISCONNECT."""
        self._end()

    def start_tls(self, request: TlsRequest) -> None:
        """Nothing is encrypted in memory: the broker's `tls_refusal` is the result of the check of its certificate."""
        self._connection.tls_done(self._broker.tls_refusal)

    # The broker.

    def drop(self) -> None:
        """End the connection from the broker's side; the will is published."""
        if not self._over:
            self._connection.reset()
            self._end()

    def deliver(self, message: Message, granted: int) -> None:
        """Send `message`, for which a subscription asks with at most this QoS."""
        self._queue(Message(message.topic, message.payload, min(message.qos, granted), message.retain))

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._connection.send(data)

    # The client's packets.

    def _handle(self, packet: Packet) -> None:
        if isinstance(packet, ConnectPacket):
            self._connect(packet)
            return
        if not self._connected:
            raise MalformedPacketError("the first packet must be CONNECT")
        self._watch()
        if isinstance(packet, PublishPacket):
            self._publish(packet)
        elif isinstance(packet, SubscribePacket):
            self._subscribe(packet)
        elif isinstance(packet, UnsubscribePacket):
            for topic in packet.payload.topics if packet.payload else []:
                if self._subscriptions.pop(topic, None) is not None:
                    self._broker.unsubscribe(self, topic)
            self._send(UnsubackPacket.build(_packet_id(packet)))
        elif isinstance(packet, PingReqPacket):
            self._send(PingRespPacket())
        elif isinstance(packet, DisconnectPacket):
            self._will = None
            self._connection.finish()
            self._end()
        elif not isinstance(packet, PubackPacket):
            raise MalformedPacketError(f"{type(packet).__name__} is not for a server")

    def _connect(self, packet: ConnectPacket) -> None:
        if self._connected or packet.payload is None or packet.variable_header is None:
            raise MalformedPacketError("a second CONNECT")
        self.client_id = str(packet.client_id)
        code = self._broker.admit(self, packet)
        self._send(ConnackPacket.build(0, code))
        if code != CONNECTION_ACCEPTED:
            self._connection.finish()
            self._end()
            return
        self._connected = True
        self._keep_alive_us = packet.keep_alive * 1_000_000
        if packet.will_flag:
            topic, payload = str(packet.will_topic), bytes(packet.will_message or b"")
            self._will = Message(topic, payload, packet.will_qos or 0, bool(packet.will_retain_flag))
        self._watch()

    def _publish(self, packet: PublishPacket) -> None:
        qos = packet.qos or 0
        if qos > MAX_QOS:
            raise MalformedPacketError("QoS 2 is not offered")
        topic = str(packet.topic_name)
        if not topic:
            raise MalformedPacketError("a topic without a name")
        if qos:
            self._send(PubackPacket.build(_packet_id(packet)))
        self._broker.route(Message(topic, packet.data or b"", qos, packet.retain_flag))

    def _subscribe(self, packet: SubscribePacket) -> None:
        topics = packet.payload.topics if packet.payload else []
        if not topics:
            raise MalformedPacketError("SUBSCRIBE without a topic")
        codes = []
        for topic, qos in topics:
            codes.append(min(qos, MAX_QOS) if _is_filter(topic) else _SUBSCRIPTION_REFUSED)
            if codes[-1] != _SUBSCRIPTION_REFUSED:
                self._subscriptions[topic] = codes[-1]
                self._broker.subscribe(self, topic, codes[-1])
        self._send(SubackPacket.build(_packet_id(packet), codes))
        for topic in [each for each, _qos in topics if each in self._subscriptions]:
            for message in self._broker.retained(topic):
                qos = min(message.qos, self._subscriptions[topic])
                self._queue(Message(message.topic, message.payload, qos, retain=True))

    # What goes to the client.

    def _queue(self, message: Message) -> None:
        self._held.append(message)
        if not self._broker.faults.reorder_us:
            self._flush()
        elif len(self._held) == 1:
            self._broker.clock.call_in(self._broker.faults.reorder_us, self._flush)

    def _flush(self) -> None:
        held, self._held = self._held, []
        for each in reversed(held):
            self._packet_id = self._packet_id % 0xFFFF + 1
            packet_id = self._packet_id if each.qos else None
            for copy in range(1 + self._broker.faults.duplicate):
                dup = bool(copy and each.qos)
                packet = PublishPacket.build(each.topic, each.payload, packet_id, dup, each.qos, each.retain)
                self._send(packet)

    def _send(self, packet: Packet) -> None:
        if not self._over and not self._broker.faults.silent:
            self._connection.send(packet.to_bytes())

    # The end.

    def _watch(self) -> None:
        """Something came: the client is alive for another one and a half times keep-alive (3.1.2.10)."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if self._keep_alive_us and not self._over:
            self._expiry = self._broker.clock.call_in(self._keep_alive_us * 3 // 2, self.drop)

    def _end(self) -> None:
        if self._over:
            return
        self._over = True
        for topic in self._subscriptions:
            self._broker.unsubscribe(self, topic)
        self._subscriptions.clear()
        if self._expiry is not None:
            self._expiry.cancel()
        if self._connected:
            self._broker.dismiss(self)
        will, self._will = self._will, None
        if will is not None:
            self._broker.route(will)


def _is_filter(text: str) -> bool:
    """Whether it is well formed (4.7)."""
    levels = text.split("/")
    return (
        bool(text)
        and "\0" not in text
        and all(level in ("+", "#") or not set("+#") & set(level) for level in levels)
        and "#" not in levels[:-1]
    )


def _packet_id(packet: PublishPacket | SubscribePacket | UnsubscribePacket) -> int:
    if packet.variable_header is None or not packet.variable_header.packet_id:
        raise MalformedPacketError("a packet without its identifier")
    return packet.variable_header.packet_id
