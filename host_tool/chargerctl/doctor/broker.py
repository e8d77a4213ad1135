# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Logs in to the broker as the charger does, but with a client id of its own, and listens. It publishes nothing on the
topics of the frames: one empty message goes to the charger's own connection topic, whose answer says whether it may."""

from __future__ import annotations

import secrets
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chargerctl.doctor.finding import FAILED, OK, SKIPPED, Finding
from chargerctl.errors import ChargerctlError

ANSWER_S = 10.0
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
    the charger subscribe to; may_publish: None where the broker cannot say."""

    problem: str = ""
    remedy: str = ""
    connected_ms: int = 0
    refused: tuple[str, ...] = ()
    may_publish: bool | None = None
    messages: list[Message] = field(default_factory=list)
    listened_s: float = 0


def probe(login: Login, listen_s: float, clock: Callable[[], float] = time.monotonic) -> Probe:
    """Connect, subscribe, listen so many seconds, disconnect. ChargerctlError without paho-mqtt."""
    try:
        return _Session(login, clock).run(listen_s)
    except ImportError:
        raise ChargerctlError(
            "paho-mqtt is not installed, which asks the broker: pip install 'chargerctl[sim]'"
        ) from None


class _Session:
    def __init__(self, login: Login, clock: Callable[[], float]) -> None:
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion

        self._login = login
        self._clock = clock
        self._found = Probe()
        self._connack: str | None = None
        self._closed = False
        self._acked: dict[int | None, list[str]] = {}
        self._published: dict[int | None, str] = {}
        # MQTT 5, because only there does a broker say that it refuses a publish.
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"chargerctl-doctor-{secrets.token_hex(4)}",
            protocol=MQTTv5,
        )
        self._client.connect_timeout = ANSWER_S
        self._client.on_connect = lambda client, data, flags, reason, properties: self._connected(reason)
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
        found, before = self._found, self._clock()
        try:
            if self._login.context:
                _shake_hands(self._login, self._login.context)
            self._client.connect(self._login.host, self._login.port)
        except (OSError, ValueError) as error:
            found.problem, found.remedy = _why(error, self._login)
            return found
        try:
            if not self._until(lambda: self._connack is not None or self._closed, ANSWER_S):
                found.problem = "it accepts the connection but answers nothing"
                found.remedy = (
                    "see whether an MQTT broker listens at that port, with TLS or without as [mqtt] tls says"
                )
            elif self._connack is None:
                found.problem = "it closed the connection at once"
                found.remedy = "see whether it expects TLS at that port ([mqtt] tls, port)"
            elif self._connack:
                found.problem = f"it refused {self._login.user}: {self._connack}"
                found.remedy = "correct [mqtt] username and password, or the broker's accounts"
            else:
                found.connected_ms = round((self._clock() - before) * 1000)
                self._listen(listen_s)
        finally:
            self._client.disconnect()
            self._client.loop(0.1)
        return found

    def _listen(self, listen_s: float) -> None:
        login, found = self._login, self._found
        topics = (login.topic_in, login.topic_out, *login.connection_topics)
        asked = {topic: self._client.subscribe(topic, qos=1)[1] for topic in topics}
        self._until(lambda: self._closed or all(mid in self._acked for mid in asked.values()), ANSWER_S)
        found.refused = tuple(topic for topic, mid in asked.items() if "refused" in self._acked.get(mid, ()))
        sent = self._client.publish(login.connection_topics[0], b"", qos=1).mid
        self._until(lambda: self._closed or sent in self._published, ANSWER_S)
        if sent in self._published:
            found.may_publish = self._published[sent] == "ok"
        began = self._clock()
        self._until(lambda: self._closed or len(found.messages) >= MOST_MESSAGES, listen_s)
        found.listened_s = self._clock() - began

    def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        end = self._clock() + seconds
        while not condition():
            left = end - self._clock()
            if left <= 0:
                return False
            self._client.loop(min(left, 0.2))
        return True

    def _connected(self, reason: object) -> None:
        self._connack = str(reason) if getattr(reason, "is_failure", False) else ""

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


def _why(error: OSError | ValueError, login: Login) -> tuple[str, str]:
    """(what went wrong, what to do)."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted: {error.verify_message}",
            "docs/security.md: it must name the host as [mqtt] broker does, and be signed by [mqtt] ca_file",
        )
    if isinstance(error, ssl.SSLError):
        return (
            f"no TLS at that port: {error.reason or error}",
            "set [mqtt] tls and port as the broker has them",
        )
    if isinstance(error, socket.gaierror):
        return "no such host", "correct [mqtt] broker, or use its address"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused", "start the broker, or correct [mqtt] port"
    if isinstance(error, TimeoutError):
        return "no answer", "see whether it is switched on and in the same network, and what a firewall drops"
    if isinstance(error, ConnectionResetError):
        return (
            "it closed the connection at once",
            "see whether it expects TLS at that port ([mqtt] tls, port)",
        )
    return (
        error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    ), "see [mqtt] broker and port"


def broker_findings(login: Login, found: Probe) -> Iterator[Finding]:
    """Whether the charger could connect, subscribe and publish."""
    if found.problem:
        yield Finding("broker", FAILED, f"{login.place}: {found.problem}", found.remedy)
        return
    secured = " with TLS" if login.context else ""
    yield Finding(
        "broker", OK, f"connected to {login.place}{secured} as {login.user} in {found.connected_ms:,} ms"
    )
    if login.topic_in in found.refused:
        yield Finding(
            "topics",
            FAILED,
            f"{login.place} does not let {login.user} subscribe to {login.topic_in}",
            "allow it in the broker's ACL: the central system's frames come there",
        )
    elif found.may_publish is False:
        yield Finding(
            "topics",
            FAILED,
            f"{login.place} does not let {login.user} publish on {login.connection_topics[0]}",
            f"allow {login.topic_out} and {login.connection_topics[0]} in the broker's ACL",
        )
    elif found.may_publish is None:
        yield Finding("topics", SKIPPED, f"{login.place} does not say whether {login.user} may publish")
    else:
        yield Finding(
            "topics", OK, f"{login.user} may subscribe to {login.topic_in} and publish on {login.topic_out}"
        )
