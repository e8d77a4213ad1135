# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A client of a real MQTT broker for the simulated central system.

chargerctl/mqtt/connection.py is another one, for programs that serve many chargers: one connection on an asyncio loop, whose
loss its owner has to learn of. Here one charger's broker may go and come without anybody noticing, and whatever is published
meanwhile arrives later: paho-mqtt's own thread, which reconnects and keeps what has QoS 1, is all that takes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from chargerctl.errors import ChargerctlError

Received = Callable[[str, bytes], object]

CONNECT_TIMEOUT_S = 10


class Client:
    """Connected from its construction until close(); reconnects and subscribes again by itself.

    `received(topic, payload)` is called for each message on `topics`, on the client's own thread: pass it to yours.
    """

    def __init__(
        self,
        host: str,
        port: int,
        topics: Sequence[str],
        received: Received,
        username: str = "",
        password: str = "",
    ) -> None:
        """ChargerctlError if there is no broker at `host`, or if it refuses the connection."""
        self._topics = [(topic, 1) for topic in topics]
        self._received = received
        self._refusal = "no answer: is that a broker for MQTT without TLS?"
        self._subscribed = threading.Event()
        self._client = PahoClient(CallbackAPIVersion.VERSION2)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        if username:
            self._client.username_pw_set(username, password)
        try:
            self._client.connect(host, port)
        except OSError as error:
            raise ChargerctlError(f"cannot connect to an MQTT broker at {host}:{port}: {error}") from error
        self._client.loop_start()
        if not self._subscribed.wait(CONNECT_TIMEOUT_S) or self._refusal:
            self.close()
            raise ChargerctlError(f"the MQTT broker at {host}:{port} refused the connection: {self._refusal}")

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Queue a message with QoS 1; may be called from any thread. Messages keep their order."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def close(self) -> None:
        """Disconnect, and wait until the thread ends."""
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, client: PahoClient, userdata: object, flags: object, reason: ReasonCode, properties: object
    ) -> None:
        self._refusal = str(reason) if reason.is_failure else ""
        if self._refusal:
            self._subscribed.set()
        else:
            client.subscribe(self._topics)

    def _on_subscribe(
        self, client: PahoClient, userdata: object, mid: int, reasons: list[ReasonCode], properties: object
    ) -> None:
        refused = [
            topic for (topic, _), reason in zip(self._topics, reasons, strict=False) if reason.is_failure
        ]
        if refused:
            self._refusal = f"it does not allow a subscription to {', '.join(refused)}"
        self._subscribed.set()

    def _on_disconnect(
        self, client: PahoClient, userdata: object, flags: object, reason: ReasonCode, properties: object
    ) -> None:
        if not self._subscribed.is_set():
            self._refusal = "it closed the connection at once: does it speak TLS at that port?"
            self._subscribed.set()

    def _on_message(self, client: PahoClient, userdata: object, message: MQTTMessage) -> None:
        self._received(message.topic, bytes(message.payload))
