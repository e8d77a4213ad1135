# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads along on a connection and reports which OCPP frames crossed the link."""

from __future__ import annotations

import json

from amqtt.mqtt.publish import PublishPacket

from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.mqtt_packets import PUBLISH, MalformedPacketError, PacketSplitter, decode


class Tap:
    """Emits a `frame` event for every MQTT message of a connection, except on the charger's `connection`
    topic, which carries no frames. Bytes that are not MQTT end the reading, not the simulation."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._out = PacketSplitter()
        self._in = PacketSplitter()
        self._deaf = False

    def sent(self, data: bytes) -> None:
        """Bytes of the board arrived at the server."""
        self._listen(self._out, data, "out")

    def received(self, data: bytes) -> None:
        """Bytes of the server arrived at the board."""
        self._listen(self._in, data, "in")

    def _listen(self, splitter: PacketSplitter, data: bytes, direction: str) -> None:
        if self._deaf:
            return
        try:
            packets = [decode(each) for each in splitter.feed(data) if each[0] >> 4 == PUBLISH]
        except MalformedPacketError:
            self._deaf = True
            return
        for packet in packets:
            if isinstance(packet, PublishPacket) and not str(packet.topic_name).endswith("/connection"):
                frame = _parsed(packet.data or b"")
                self._events.emit("frame", dir=direction, topic=packet.topic_name, frame=frame)


def _parsed(payload: bytes) -> object:
    text = payload.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
