# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The way from the charger to a central system: which broker stands where the drive's settings look for one.

In virtual time a broker in memory; in real time one of our own on a free loopback port, or an existing one at host:port.
The central system is only ever called on the thread that steps the board.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.local_broker import HOST, LocalBroker
from chargerctl.settings.values import Values
from chargerctl.simulator.network.broker import MemoryBroker
from chargerctl.simulator.network.endpoint import Endpoint
from chargerctl.simulator.network.mqtt_client import Client
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.network.tcp_server import TcpServer

_RETRY_S = 2.0


def in_memory(network: Network, values: Values, central: Conversation | None) -> MemoryBroker:
    """A broker in virtual time, with `central` behind it."""
    broker = MemoryBroker(network.clock, values.mqtt.username, values.mqtt.password)
    network.serve(values.mqtt.broker, values.mqtt.port, broker)
    if central is not None:
        answer_in_memory(network, broker, (values.mqtt.topic_out, values.mqtt.topic_in), central)
    return broker


def answer_in_memory(
    network: Network, broker: MemoryBroker, topics: tuple[str, str], central: Conversation
) -> None:
    """Have `central` answer one charger at a broker that others may use, too. topics: the charger's, out and in."""
    endpoint = Endpoint(central, *topics, broker.publish, network.clock.call_in, network.time.unix)
    network.to_charger = endpoint.to_charger
    network.retain = lambda payload: endpoint.retain(payload, broker.keep)
    network.say = lambda state: endpoint.say(state, partial(broker.publish, retain=True))
    broker.listen(endpoint.topic, endpoint.received)


def over_tcp(
    network: Network,
    values: Values,
    central: Conversation | None,
    broker: str | None,
    note: Callable[[str], object],
) -> None:
    """A real broker: `broker` as host:port, or one of our own. `note` gets what the user should know, on the
    thread that steps the board. Raises InputError where the settings and the broker do not go together."""
    thread = LoopThread()
    if broker is None:
        host, port, tls = HOST, LocalBroker(thread).port, False
        note(f"MQTT broker of this simulation: {host}:{port}")
    else:
        host, _, digits = broker.rpartition(":")
        host, port, tls = host.strip("[]"), int(digits), values.mqtt.tls
    server = TcpServer(thread, network.clock, host, port, tls=tls)
    network.serve(values.mqtt.broker, values.mqtt.port, server)
    if central is not None:
        if tls:
            raise InputError(
                "[mqtt] tls: chargerctl's central system does not support TLS; add --central none"
            )
        _Desk(network, values, central, host, port, note).open()


class _Desk:
    """Our central system at a real broker; it retries while that cannot be reached."""

    def __init__(
        self,
        network: Network,
        values: Values,
        central: Conversation,
        host: str,
        port: int,
        note: Callable[[str], object],
    ) -> None:
        self._clock = network.clock
        self._values = values
        self._address = host, port
        self._note = note
        self._client: Client | None = None
        topics = values.mqtt.topic_out, values.mqtt.topic_in
        self._endpoint = Endpoint(central, *topics, self._publish, network.clock.call_in, network.time.unix)
        network.to_charger = self._endpoint.to_charger
        network.retain = lambda payload: self._endpoint.retain(payload, self._keep)
        network.say = lambda state: self._endpoint.say(state, self._keep)

    def open(self) -> None:
        """Connect before the charger does, if possible; else report that, once, and keep trying."""
        try:
            self._connect()
        except ChargerctlError as error:
            self._note(f"{error}; the charger and its central system keep trying")
            threading.Thread(target=self._keep_trying, name="central", daemon=True).start()

    def _connect(self) -> None:
        username, password = self._values.mqtt.username, self._values.mqtt.password
        topics = [self._endpoint.topic]
        self._client = Client(*self._address, topics, self._on_message, username, password)

    def _keep_trying(self) -> None:
        while self._client is None:
            time.sleep(_RETRY_S)
            try:
                self._connect()
            except ChargerctlError:
                continue
        self._clock.post(lambda: self._note("connected to the broker"))

    def _on_message(self, topic: str, payload: bytes) -> None:
        self._clock.post(lambda: self._endpoint.received(topic, payload))

    def _publish(self, topic: str, payload: bytes) -> None:
        if self._client is not None:
            self._client.publish(topic, payload)

    def _keep(self, topic: str, payload: bytes) -> None:
        """A real broker gives it to those who have subscribed already, too."""
        if self._client is not None:
            self._client.publish(topic, payload, retain=True)
