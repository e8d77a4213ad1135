# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A client of a broker, for tests: it connects, and remembers what it gets."""

from __future__ import annotations

import socket
import threading

from paho.mqtt.client import Client as Paho
from paho.mqtt.client import MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

BOUND_S = 60.0


class Client:
    """`code`: the broker's answer to CONNECT, in paho's words; None if it hung up."""

    def __init__(
        self,
        port,
        username="",
        password="",
        client_id="",
        will=None,
        protocol=MQTTv311,
        tls=None,
        host="127.0.0.1",
    ):
        self.got = []
        self.code = None
        # Of the last subscription that was answered.
        self._reason = None
        self._has_hung_up = False
        # By the ids of their packets.
        self._subscribed, self._acknowledged = {}, set()
        self._changed = threading.Condition()
        client = self._client = Paho(
            CallbackAPIVersion.VERSION2,
            client_id=client_id or username,
            protocol=protocol,
            reconnect_on_failure=False,
        )
        if username:
            client.username_pw_set(username, password)
        if will:
            client.will_set(*will, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        if tls:
            client.tls_set(tls)
        client.connect(host, port)
        client.loop_start()
        if not self._waits(lambda: self.code is not None):
            self.close()
            raise AssertionError(f"no answer to CONNECT within {BOUND_S:.0f} s")

    @property
    def is_connected(self):
        return self._client.is_connected()

    def subscribe(self, topic):
        """Whether it may; a broker that hangs up says no, too."""
        _, packet = self._client.subscribe(topic, 1)
        answered = self._waits(lambda: packet in self._subscribed)
        assert answered, f"no answer to a subscription to {topic} within {BOUND_S:.0f} s"
        self._reason = self._subscribed.get(packet)
        return self._reason is not None and not self._reason.is_failure

    @property
    def granted(self):
        """The QoS of the last subscription."""
        return self._reason.value

    def publish(self, topic, payload, retain=False):
        """Until the broker has it."""
        assert self.hands_over(topic, payload, retain), f"the broker has hung up and not acknowledged {topic}"

    def hands_over(self, topic, payload, retain=False):
        """Until the broker has it, or has hung up: whether it has it."""
        packet = self.offer(topic, payload, retain).mid
        answered = self._waits(lambda: packet in self._acknowledged)
        assert answered, f"the broker has not acknowledged {topic} within {BOUND_S:.0f} s"
        return packet in self._acknowledged

    def offer(self, topic, payload, retain=False):
        """Whether the broker takes it or not."""
        return self._client.publish(topic, payload, qos=1, retain=retain)

    def wait_for(self, topic, payload):
        """Until this has come."""
        self.wait_until(lambda: (topic, payload) in self.got)

    def wait_until(self, condition):
        """Until what has come fulfils it."""
        came = self._waits(condition) and condition()
        assert came, f"{'hung up' if self._has_hung_up else f'not within {BOUND_S:.0f} s'}: {self.got}"

    def _waits(self, condition):
        """Until it is fulfilled, or the broker has hung up; False: neither."""
        with self._changed:
            return self._changed.wait_for(lambda: self._has_hung_up or condition(), BOUND_S)

    def payloads(self, topic):
        return [payload for each, payload in self.got if each == topic]

    def cut(self):
        """Without a DISCONNECT: its last will is sent."""
        self._client.socket().shutdown(socket.SHUT_RDWR)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()
        left = self._client.socket()
        if left is not None:
            left.close()
        # Else its two sockets for the thread are closed by the garbage collector, with a warning.
        self._client._reset_sockets()

    def _on_connect(self, client, userdata, flags, reason, properties):
        with self._changed:
            self.code = str(reason)
            self._changed.notify()

    def _on_subscribe(self, client, userdata, mid, reasons, properties):
        with self._changed:
            [self._subscribed[mid]] = reasons
            self._changed.notify()

    def _on_publish(self, client, userdata, mid, reason, properties):
        with self._changed:
            self._acknowledged.add(mid)
            self._changed.notify()

    def _on_disconnect(self, *_):
        with self._changed:
            self._has_hung_up = True
            self._changed.notify()

    def _on_message(self, client, userdata, message):
        with self._changed:
            self.got.append((message.topic, message.payload))
            self._changed.notify()
