# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Logs in to the broker as the charger does, but with a client id of its own, and listens. It publishes nothing on the
topics of the frames: one empty message goes to the charger's own connection topic, whose answer says whether it may."""

from __future__ import annotations

import secrets
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chargerctl.doctor.refusals import UNSUPPORTED, after_refusal, why_no_connection

ANSWER_S = 10.0
NEWER_S = 3.0  # for MQTT 5: a broker that does not know it may wait for more, without a word
# Of what is received: a stranger's broker may send without an end.
MOST_MESSAGES = 1000
LARGEST = 65536


@dataclass(frozen=True)
class Login:
    """What the charger connects with. context: of TLS, None for a connection without."""

    host: str
    port: int
    topic_out: str
    topic_in: str
    username: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def user(self) -> str:
        return f"user {self.username}" if self.username else "an anonymous user"

    @property
    def connection_topics(self) -> tuple[str, str]:
        return f"{self.topic_out}/connection", f"{self.topic_in}/connection"


@dataclass(frozen=True)
class Message:
    """at: seconds on the probe's own clock."""

    topic: str
    payload: bytes
    retained: bool
    at: float


@dataclass
class Probe:
    """What happened. problem: why there is no connection, remedy: what to do; refused: topics that the broker does not let
    the charger subscribe to; may_publish: None where the broker cannot say; ended: after what it ended the connection, ""
    where it did not; version: of MQTT, that was spoken."""

    problem: str = ""
    remedy: str = ""
    version: str = "5"
    connected_ms: int = 0
    refused: tuple[str, ...] = ()
    may_publish: bool | None = None
    ended: str = ""
    messages: list[Message] = field(default_factory=list)
    listened_s: float = 0


def probe(
    login: Login, listen_s: float, clock: Callable[[], float] = time.monotonic, newer_s: float = NEWER_S
) -> Probe:
    """Connect, subscribe, listen so many seconds, disconnect. ImportError without paho-mqtt.

    With MQTT 5, because only there a broker says that it refuses a publish; with 3.1.1, as the charger, where that fails.
    """
    newer = _Session(login, clock, "5", newer_s)
    found = newer.run(listen_s)
    return found if newer.was_understood else _Session(login, clock, "3.1.1", ANSWER_S).run(listen_s)


class _Session:
    """was_understood: whether the broker knows this version of MQTT, or does not get as far as that."""

    def __init__(self, login: Login, clock: Callable[[], float], version: str, patience_s: float) -> None:
        from paho.mqtt.client import Client, MQTTv5, MQTTv311
        from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
        from paho.mqtt.exception import MQTTException

        self._login = login
        self._clock = clock
        self._patience_s = patience_s
        self._found = Probe(version=version)
        self._refusal: tuple[int, str] | None = None
        self._connected = False
        self.was_understood = True
        self._closed = False
        self._garbled = False
        # What paho-mqtt raises at bytes that are no MQTT, or of another version.
        self._no_mqtt = MQTTErrorCode.MQTT_ERR_PROTOCOL
        self._malformed = MQTTException, AssertionError, LookupError, TypeError, ValueError, struct.error
        self._acked: dict[int | None, list[str]] = {}
        self._published: dict[int | None, str] = {}
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"chargerctl-doctor-{secrets.token_hex(4)}",
            protocol=MQTTv5 if version == "5" else MQTTv311,
            reconnect_on_failure=False,
        )
        self._client.connect_timeout = ANSWER_S
        self._client.on_connect = lambda client, data, flags, reason, properties: self._answered(reason)
        self._client.on_subscribe = self._subscribed
        self._client.on_publish = lambda client, data, mid, reason, properties: self._published.update(
            {mid: "refused" if reason.is_failure else "ok"}
        )
        self._client.on_disconnect = lambda client, data, flags, reason, properties: self._disconnected()
        self._client.on_message = self._received
        if login.username:
            self._client.username_pw_set(login.username, login.password)
        if login.context:
            self._client.tls_set_context(login.context)

    def run(self, listen_s: float) -> Probe:
        """Once."""
        try:
            return self._run(listen_s)
        finally:
            self._close()

    def _run(self, listen_s: float) -> Probe:
        found, before = self._found, self._clock()
        try:
            if self._login.context:
                _shake_hands(self._login, self._login.context)
            self._client.connect(self._login.host, self._login.port)
        except (OSError, ValueError) as error:
            found.problem, found.remedy = why_no_connection(error)
            return found
        try:
            answered = self._until(lambda: self._connected or self._refusal or self._closed, self._patience_s)
            if self._refusal:
                number, text = self._refusal
                self.was_understood = number != UNSUPPORTED
                found.problem = f"it refused {self._login.user}: {text}"
                found.remedy = after_refusal(number)
            elif not answered:
                self.was_understood = False
                found.problem = "it accepts the connection but answers nothing"
                found.remedy = (
                    "see whether an MQTT broker listens at that port, with TLS or without as [mqtt] tls says"
                )
            elif self._garbled:
                self.was_understood = False
                found.problem = f"what it answers is no MQTT {found.version}"
                found.remedy = (
                    "see whether a broker that speaks MQTT 3.1.1, as the charger does, listens at that port"
                )
            elif not self._connected:
                self.was_understood = False
                found.problem = "it closed the connection at once"
                found.remedy = "see whether it expects TLS at that port ([mqtt] tls, port)"
            else:
                found.connected_ms = round((self._clock() - before) * 1000)
                self._listen(listen_s)
        finally:
            self._client.disconnect()
            self._turn(0.1)
        return found

    def _close(self) -> None:
        # paho-mqtt leaves it open where what came made no sense, or the DISCONNECT is not taken in time.
        left = self._client.socket()
        if left is not None:
            left.close()
        # Its own pair of sockets is closed with it: now, not when the cycle of it and its callbacks is collected.
        del self._client

    def _listen(self, listen_s: float) -> None:
        login, found = self._login, self._found
        topics = (login.topic_in, login.topic_out, *login.connection_topics)
        asked = {topic: self._client.subscribe(topic, qos=1)[1] for topic in topics}
        self._until(lambda: self._closed or all(mid in self._acked for mid in asked.values()), ANSWER_S)
        if self._has_ended(f"a subscription to {', '.join(topics)}"):
            return
        found.refused = tuple(topic for topic, mid in asked.items() if "refused" in self._acked.get(mid, ()))
        sent = self._client.publish(login.connection_topics[0], b"", qos=1).mid
        self._until(lambda: self._closed or sent in self._published, ANSWER_S)
        if sent in self._published and found.version == "5":
            found.may_publish = self._published[sent] == "ok"
        if self._has_ended(f"a message on {login.connection_topics[0]}"):
            return
        began = self._clock()
        self._until(lambda: self._closed or len(found.messages) >= MOST_MESSAGES, listen_s)
        found.listened_s = self._clock() - began
        self._has_ended(f"{found.listened_s:.0f} s of listening")

    def _has_ended(self, after: str) -> bool:
        self._found.ended = after if self._closed else ""
        return self._closed

    def _until(self, condition: Callable[[], object], seconds: float) -> bool:
        end = self._clock() + seconds
        while not condition():
            left = end - self._clock()
            if left <= 0:
                return False
            self._turn(min(left, 0.2))
        return True

    def _turn(self, seconds: float) -> None:
        try:
            failed = self._client.loop(seconds)
        except self._malformed:
            failed = self._no_mqtt
        self._closed |= failed != 0
        self._garbled |= failed == self._no_mqtt

    def _answered(self, reason: Any) -> None:
        self._connected = not reason.is_failure
        if reason.is_failure:
            self._refusal = reason.value, str(reason)

    def _disconnected(self) -> None:
        self._closed = True

    def _subscribed(self, client: object, data: object, mid: int, reasons: Any, properties: object) -> None:
        self._acked[mid] = ["refused" if getattr(each, "is_failure", False) else "ok" for each in reasons]

    def _received(self, client: object, data: object, message: object) -> None:
        topic, payload = str(getattr(message, "topic", "")), bytes(getattr(message, "payload", b""))[:LARGEST]
        if not (topic == self._login.connection_topics[0] and not payload):  # our own
            retained = bool(getattr(message, "retain", False))
            self._found.messages.append(Message(topic, payload, retained, self._clock()))


def _shake_hands(login: Login, context: ssl.SSLContext) -> None:
    """TLS without a word of MQTT: where that fails, paho-mqtt would leave a socket open."""
    with (
        socket.create_connection((login.host, login.port), ANSWER_S) as plain,
        context.wrap_socket(plain, server_hostname=login.host),
    ):
        pass
