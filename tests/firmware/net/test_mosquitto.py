# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The link against mosquitto, plain and with TLS and a password. The clock does not advance while mosquitto works."""

import ssl
import subprocess
import time
from datetime import UTC, datetime

import paho.mqtt.client as paho
import pytest
from charger.net.dialer import make_tls_context
from chargerctl.central.accounts import Account
from chargerctl.central.broker.rights import Topics
from chargerctl.central.broker.setup import set_up
from chargerctl.central.passwords import hash_password

from tests.certificates import make_certificates
from tests.firmware.net.real import PATIENCE_S, RealRig
from tests.mosquitto import Mosquitto, RunningMosquitto, free_port, needs_mosquitto


@pytest.fixture(autouse=True, scope="module")
def tools():
    needs_mosquitto()


def run(folder, *command):
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


class Central:
    """An independent MQTT client that receives everything from the charger."""

    def __init__(self, port):
        self.heard = []
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda client, data, message: self.heard.append(
            (message.topic, message.payload, message.retain)
        )
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("/charger/#", qos=1)

    def publish(self, payload, **options):
        self._client.publish("/system/box-1", payload, **options)
        self.listen()

    def say(self, state):
        """Retained, on the charger's connection topic; returns when the broker has it."""
        said = self._client.publish(STATE, state, qos=1, retain=True)
        self.until(said.is_published)

    def listen(self):
        self._client.loop(0.02)

    def until(self, condition):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.heard
            self.listen()

    def close(self):
        self._client.disconnect()
        self._client.loop(0.02)


@pytest.fixture
def mosquitto(tmp_path):
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    yield broker
    broker.stop()


@pytest.fixture
def central(mosquitto):
    central = Central(mosquitto.port)
    yield central
    central.close()


@pytest.fixture
def make_real(make_rig):
    return lambda port, **changes: RealRig(make_rig(mqtt__port=port, **changes))


def test_frames_in_both_directions_and_the_connection_topic(mosquitto, central, make_real):
    real = make_real(mosquitto.port)
    real.until(lambda: real.link.connected)
    central.until(lambda: ("/charger/box-1/connection", b"online", False) in central.heard)
    frame = '[2,"1","Heartbeat",{"note":"' + "ü" * 900 + '"}]'
    assert real.link.publish(frame)
    real.until(lambda: not real.link._socket.pending)
    central.until(lambda: ("/charger/box-1", frame.encode(), False) in central.heard)
    central.publish('[3,"1",{}]', qos=1)
    received = []

    def arrived():
        central.listen()
        received.append(real.link.receive())
        return received[-1]

    real.until(arrived)
    assert received[-1] == '[3,"1",{}]'


def test_the_last_will_stands_when_the_link_is_closed(mosquitto, central, make_real):
    real = make_real(mosquitto.port)
    real.until(lambda: real.link.connected)
    real.link.close()
    central.until(lambda: ("/charger/box-1/connection", b"offline", False) in central.heard)
    late = Central(mosquitto.port)
    late.until(lambda: late.heard)
    assert late.heard == [("/charger/box-1/connection", b"offline", True)]
    late.close()


def test_a_retained_call_and_an_oversize_one_do_not_reach_the_charger(mosquitto, central, make_real):
    central.publish("old call", qos=1, retain=True)
    central.publish("", qos=1)
    real = make_real(mosquitto.port)
    real.until(lambda: real.link.connected)
    central.publish("x" * 3000, qos=1)
    central.publish("x" * 60000, qos=1)
    central.publish("new call", qos=1)
    received = []

    def arrived():
        central.listen()
        message = real.link.receive()
        if message:
            received.append(message)
        return received

    real.until(arrived)
    assert received == ["new call"]
    assert [line for line in real.rig.log if "Discarded" in line] == [
        "mqtt Discarded a retained message",
        "mqtt Discarded a message of 3000 bytes",
        "mqtt Discarded a message of 60000 bytes",
    ]


STATE = "/system/box-1/connection"


def test_a_central_system_that_says_it_is_offline_and_comes_back(mosquitto, central, make_real):
    """Said before the charger comes, then live with QoS 1; the message is gone with the next connection."""
    central.say(b"offline")
    real = make_real(mosquitto.port)
    real.until(lambda: real.rig.log.has("Connected to broker") and real.rig.log.has("Central system offline"))
    assert not real.link.connected
    real.until(lambda: real.link.publish("an answer"))
    real.until(lambda: not real.link._socket.pending)
    central.until(lambda: ("/charger/box-1", b"an answer", False) in central.heard)
    central.say(b"online")
    real.until(lambda: real.link.connected)
    central.say(b"offline")
    real.until(lambda: not real.link.connected)
    central.say(b"")
    real.until(lambda: real.link.connected)
    assert [line for line in real.rig.log if "Central" in line] == [
        "mqtt Central system offline",
        "mqtt Central system no longer offline",
    ] * 2


def test_an_access_list_from_before_the_connection_topic(make_mosquitto, make_real, tmp_path):
    """mosquitto grants any subscription and sends nothing that may not be read: the charger asks and sees."""
    (tmp_path / "access").write_text("topic write /charger/#\ntopic readwrite /system/box-1\n")
    broker = make_mosquitto("allow_anonymous true", "user root", f"acl_file {tmp_path}/access")
    real = make_real(broker.port)
    real.until(lambda: real.link.connected)
    assert len(real.rig.log) == 1


def test_comes_back_after_the_broker_restarted(mosquitto, make_real):
    real = make_real(mosquitto.port)
    real.until(lambda: real.link.connected)
    mosquitto.stop()
    real.until(lambda: not real.link.connected)
    real.until(
        lambda: real.rig.log.has("not reachable (connection refused: is a broker running there? (mqtt.port))")
    )
    mosquitto.start()
    real.until(lambda: real.link.connected)


def test_an_hour_of_pings_is_answered(mosquitto, make_real):
    """Time moves here, half a keep-alive at once."""
    real = make_real(mosquitto.port)
    real.until(lambda: real.link.connected)
    for _ in range(120):
        real.rig.clock.advance(30000)
        real.rig.step()
        real.until(lambda: real.link._socket.heard == real.rig.clock.now)
    assert real.link.connected


class BoardTls(ssl.SSLSocket):
    """CircuitPython's SSLSocket raises EAGAIN where CPython's has an exception of its own."""

    def recv_into(self, buffer, size=None):
        try:
            return super().recv_into(buffer, size)
        except ssl.SSLWantReadError:
            raise BlockingIOError(11, "no data") from None


def board_context(ca_file):
    context = make_tls_context(ca_file)
    context.sslsocket_class = BoardTls
    return context


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """ca.pem has signed server.pem for localhost; other.pem is another authority."""
    folder = make_certificates(tmp_path_factory.mktemp("tls"))
    run(folder, "mosquitto_passwd", "-b", "-c", "passwords", "maria", "secret-word")
    return folder


@pytest.fixture
def secure(tmp_path, certificates):
    broker = Mosquitto(
        tmp_path,
        "allow_anonymous false",
        "user root",  # the key and the passwords are readable for their owner only
        f"password_file {certificates}/passwords",
        f"certfile {certificates}/server.pem",
        f"keyfile {certificates}/server.key",
    )
    yield broker
    broker.stop()


@pytest.fixture
def make_secure(secure, certificates, make_real, named_pool):
    named_pool.server.names["localhost"] = "127.0.0.1"

    def make(ca="ca.pem", **changes):
        changes = {
            "mqtt__broker": "localhost",
            "mqtt__username": "maria",
            "mqtt__password": "secret-word",
            **changes,
        }
        return make_real(
            secure.port,
            mqtt__tls=True,
            mqtt__ca_file=str(certificates / ca),
            make_context=board_context,
            pool=named_pool,
            **changes,
        )

    return make


@pytest.mark.requirement("J 6.2", "TLS with a password")
def test_tls_with_a_password(make_secure):
    real = make_secure()
    real.until(lambda: real.link.connected)
    assert real.link.publish("x" * 2048)
    real.until(lambda: not real.link._socket.pending)
    assert real.link.connected


def test_a_broker_that_chargerctl_has_set_up(tmp_path, make_real, named_pool):
    port, box = free_port(), Account("box-1", hash_password(b"secret-word"))
    given = {"address": "127.0.0.1", "port": port, "local_port": 0, "names": ("localhost",), "user": "root"}
    set_up(tmp_path / "broker", given, [box], Topics(), datetime.now(UTC))
    named_pool.server.names["localhost"] = "127.0.0.1"
    account = {"mqtt__broker": "localhost", "mqtt__username": "box-1", "mqtt__tls": True}
    files = {"mqtt__ca_file": str(tmp_path / "broker" / "ca.pem"), "make_context": board_context}
    broker = RunningMosquitto(tmp_path / "broker" / "mosquitto.conf")
    try:
        real = make_real(port, pool=named_pool, mqtt__password="secret-word", **account, **files)
        real.until(lambda: real.link.connected)
        assert real.link.publish("x" * 2048)
        real.until(lambda: not real.link._socket.pending)
        assert real.link.connected
        stranger = make_real(port, pool=named_pool, mqtt__password="wrong-word", **account, **files)
        stranger.until_said("refused the connection (MQTT code 5")
    finally:
        broker.stop()


def test_a_wrong_certificate_is_refused_with_a_clear_line(make_secure):
    real = make_secure(ca="other.pem")
    said = real.until_said(" not reachable (certificate not accepted, ")
    assert said.startswith("mqtt Broker localhost:")
    assert "certificate verify failed" in said


def test_a_certificate_for_another_name_is_refused(make_secure):
    real = make_secure(mqtt__broker="127.0.0.1")
    assert "IP address mismatch" in real.until_said("not reachable (certificate not accepted, ")


def test_a_wrong_password_is_logged_and_not_shown(make_secure):
    real = make_secure(mqtt__password="wrong-word")
    real.until_said("refused the connection (MQTT code 5, not authorised: check mqtt.username, ")
    assert not real.rig.log.has("wrong-word")


def test_tls_spoken_to_a_plain_port_is_no_matter_of_certificates(mosquitto, certificates, make_real):
    real = make_real(
        mosquitto.port, mqtt__tls=True, mqtt__ca_file=str(certificates / "ca.pem"), make_context=board_context
    )
    real.until(lambda: real.rig.log)
    assert ": does it speak TLS at that port? (mqtt.port, mqtt.tls)" in real.rig.log[0]
    assert "certificate" not in real.rig.log[0]


def test_plain_mqtt_spoken_to_a_tls_port_is_named(secure, make_real):
    real = make_real(secure.port)
    real.until_said(" refused the connection (closed by the broker at CONNECT: TLS expected (mqtt.tls), ")


@pytest.fixture
def make_mosquitto(tmp_path):
    brokers = []

    def make(*lines):
        brokers.append(Mosquitto(tmp_path, *lines))
        return brokers[-1]

    yield make
    for broker in brokers:
        broker.stop()


def test_a_broker_without_retained_messages_is_named(make_mosquitto, make_real):
    real = make_real(make_mosquitto("allow_anonymous true", "retain_available false").port)
    real.until(lambda: real.rig.log)
    assert "or no retained will allowed on /charger/box-1/connection?" in real.rig.log[0]


def test_a_second_client_of_the_same_id_is_named(mosquitto, make_real):
    real = make_real(mosquitto.port, mqtt__client_id="twin")
    for _ in range(2):
        real.until(lambda: real.link.connected)
        twin = paho.Client(paho.CallbackAPIVersion.VERSION2, "twin")
        twin.connect("127.0.0.1", mosquitto.port)
        twin.loop_start()
        real.until(lambda: not real.link.connected)
        twin.disconnect()
        twin.loop_stop()
    assert "2 times: does another client use the id twin? (mqtt.client_id))" in real.rig.log[-1]


def test_topics_without_a_leading_slash(mosquitto, make_real):
    heard = []
    real = make_real(mosquitto.port, mqtt__topic_out="ocpp/cp/box-1", mqtt__topic_in="ocpp/cs/box-1")
    other = paho.Client(paho.CallbackAPIVersion.VERSION2)
    other.on_message = lambda client, data, message: heard.append((message.topic, message.payload))
    other.on_connect = lambda *_: other.subscribe("ocpp/#")
    other.connect("127.0.0.1", mosquitto.port)
    other.loop_start()
    try:
        real.until(lambda: real.link.connected and ("ocpp/cp/box-1/connection", b"online") in heard)
        assert real.link.publish("out")
        real.until(lambda: ("ocpp/cp/box-1", b"out") in heard)
        other.publish("ocpp/cs/box-1", b"in", qos=1)
        texts = []
        real.until(lambda: texts.append(real.link.receive()) or "in" in texts)
    finally:
        other.disconnect()
        other.loop_stop()
