# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An MQTT 3.1.1 broker for virtual time: real packets, no sockets, no threads.

What it leaves out: sessions that outlive their connection (every session is clean), QoS 2 (a subscription
is granted QoS 1 at most, a QoS 2 publish ends the connection), and sending QoS 1 messages again.
"""

from __future__ import annotations

from collections.abc import Callable

from amqtt.mqtt.connack import (
    BAD_USERNAME_PASSWORD,
    CONNECTION_ACCEPTED,
    IDENTIFIER_REJECTED,
    UNACCEPTABLE_PROTOCOL_VERSION,
)
from amqtt.mqtt.connect import ConnectPacket
from paho.mqtt.client import topic_matches_sub

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.network.faults import BrokerFaults
from chargerctl.simulator.network.mqtt_session import Message, Session
from chargerctl.simulator.network.peer import BoardEnd
from chargerctl.simulator.network.subscriptions import Subscriptions, has_wildcard

Listener = Callable[[str, bytes], None]


class MemoryBroker:
    """A Server (peer.py) that hands messages on. Retained messages outlive connections, but not restart()."""

    def __init__(self, clock: Clock, username: str = "", password: str = "") -> None:
        self.clock = clock
        self.faults = BrokerFaults()
        # What a certificate check of the board comes to: "" is fine, else the reason for refusing.
        self.tls_refusal = ""
        self._credentials = (username, password) if username else None
        self._sessions: dict[str, Session] = {}
        self._retained: dict[str, Message] = {}
        self._subscriptions = Subscriptions[Session]()
        self._listeners = Subscriptions[Listener]()

    # The broker as other programs on the laptop use it.

    def listen(self, topic_filter: str, listener: Listener) -> None:
        """Call `listener(topic, payload)` for every message that matches, those retained so far included."""
        self._listeners.add(topic_filter, listener)
        for message in self.retained(topic_filter):
            listener(message.topic, message.payload)

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Publish as a client that is always connected."""
        self.route(Message(topic, payload, qos, retain))

    def keep(self, topic: str, payload: bytes) -> None:
        """A message that was published with the retain flag before: whoever subscribes from now on gets it."""
        self._retained[topic] = Message(topic, payload, 1, retain=True)

    def inject(self, packets: bytes) -> None:
        """Send raw bytes to every connected client: garbage, oversize headers, packets out of place."""
        for session in list(self._sessions.values()):
            session.send_raw(packets)

    def restart(self) -> None:
        """Forget sessions and retained messages; the connections break."""
        for session in list(self._sessions.values()):
            session.drop()
        self._sessions.clear()
        self._retained.clear()

    # The broker as its sessions use it.

    def accept(self, connection: BoardEnd) -> Session:
        """A board connects (Server)."""
        connection.opened()
        return Session(self, connection)

    def admit(self, session: Session, connect: ConnectPacket) -> int:
        """Decide on a CONNECT; return the CONNACK code. An older session of the same client is dropped."""
        if self.faults.refuse_with:
            return self.faults.refuse_with
        if connect.proto_name != "MQTT" or connect.proto_level != 4:
            return UNACCEPTABLE_PROTOCOL_VERSION
        nameless = connect.payload is None or connect.payload.client_id_is_random
        if nameless and not connect.clean_session_flag:
            return IDENTIFIER_REJECTED
        if self._credentials not in (None, (connect.username, connect.password)):
            return BAD_USERNAME_PASSWORD
        older = self._sessions.get(session.client_id)
        if older is not None:
            older.drop()
        self._sessions[session.client_id] = session
        return CONNECTION_ACCEPTED

    def dismiss(self, session: Session) -> None:
        """The session is over."""
        if self._sessions.get(session.client_id) is session:
            del self._sessions[session.client_id]

    def subscribe(self, session: Session, topic_filter: str, qos: int) -> None:
        self._subscriptions.add(topic_filter, session, qos)

    def unsubscribe(self, session: Session, topic_filter: str) -> None:
        self._subscriptions.remove(topic_filter, session)

    def retained(self, topic_filter: str) -> list[Message]:
        """Retained messages that match."""
        if not has_wildcard(topic_filter):
            kept = self._retained.get(topic_filter)
            return [kept] if kept is not None else []
        return [
            message for topic, message in self._retained.items() if topic_matches_sub(topic_filter, topic)
        ]

    def route(self, message: Message) -> None:
        """Hand a message to every subscriber, and keep it when it is to be retained."""
        if message.retain:
            if message.payload:
                self._retained[message.topic] = message
            else:
                self._retained.pop(message.topic, None)
        live = Message(message.topic, message.payload, message.qos, retain=False)
        for session, qos in self._subscriptions.matching(message.topic).items():
            session.deliver(live, qos)
        for listener in self._listeners.matching(message.topic):
            listener(message.topic, message.payload)
