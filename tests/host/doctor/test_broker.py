# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The broker as the doctor finds it: a real mosquitto with password, ACL and TLS."""

import json
import socket
import ssl
import subprocess
import threading

import paho.mqtt.client as paho
import pytest
from chargerctl.doctor.broker import broker_findings
from chargerctl.doctor.central import central_findings
from chargerctl.doctor.probe import Login, probe

from tests.certificates import make_certificates
from tests.mosquitto import Mosquitto, needs_mosquitto


@pytest.fixture(autouse=True, scope="module")
def tools():
    needs_mosquitto()


@pytest.fixture
def broker(tmp_path):
    running = []

    def start(*lines):
        running.append(Mosquitto(tmp_path, *lines))
        return running[-1]

    yield start
    for each in running:
        each.stop()


def with_accounts(folder, acl=""):
    """Lines for a broker that knows charger box-1 with the password secret, with this ACL."""
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", "passwords", "box-1", "secret"],
        check=True,
        cwd=folder,
        capture_output=True,
    )
    (folder / "acl").write_text(acl)
    # As root mosquitto would give up the right to read them.
    return ["user root", f"password_file {folder}/passwords", *([f"acl_file {folder}/acl"] if acl else [])]


def login(port, host="127.0.0.1", **rest):
    return Login(host, port, "/charger/box-1", "/system/box-1", **rest)


def found(where, listen_s=0.0):
    """{check: (result, text)} of the broker's findings."""
    result = probe(where, listen_s, newer_s=30)
    return {each.check: (each.result, each.text) for each in broker_findings(where, result)}


def test_a_good_broker(broker, tmp_path):
    port = broker(
        *with_accounts(tmp_path, "user box-1\ntopic write /charger/box-1/#\ntopic read /system/box-1/#\n")
    ).port
    checks = found(login(port, username="box-1", password="secret"))
    assert checks["broker"][0] == "ok"
    assert f"connected to 127.0.0.1:{port} as user box-1" in checks["broker"][1]
    assert checks["topics"] == (
        "ok",
        "user box-1 may subscribe to /system/box-1 and publish on /charger/box-1/connection",
    )


def test_a_wrong_password_is_named_and_not_shown(broker, tmp_path):
    port = broker(*with_accounts(tmp_path)).port
    checks = found(login(port, username="box-1", password="wr0ng"))
    assert checks == {"broker": ("failed", f"127.0.0.1:{port}: it refused user box-1: Not authorized")}
    assert "wr0ng" not in repr(login(port, password="wr0ng"))


def test_an_acl_that_forbids_publishing_is_found_without_a_frame(broker, tmp_path):
    port = broker(*with_accounts(tmp_path, "user box-1\ntopic read /system/box-1/#\n")).port
    checks = found(login(port, username="box-1", password="secret"))
    assert checks["broker"][0] == "ok"
    assert checks["topics"] == (
        "failed",
        f"127.0.0.1:{port} does not let user box-1 publish on /charger/box-1/connection",
    )


def test_nothing_is_published_on_the_topics_of_the_frames_nor_retained(broker):
    port = broker("allow_anonymous true").port
    seen = []
    other = paho.Client(paho.CallbackAPIVersion.VERSION2)
    other.on_message = lambda client, data, message: seen.append(
        (message.topic, message.payload, message.retain)
    )
    other.connect("127.0.0.1", port)
    other.subscribe("#", qos=1)
    other.loop_start()
    assert found(login(port))["broker"][0] == "ok"
    other.publish("/end", b"", qos=1).wait_for_publish(30)
    while not seen or seen[-1][0] != "/end":
        threading.Event().wait(0.01)
    other.disconnect()
    other.loop_stop()
    assert seen == [("/charger/box-1/connection", b"", False), ("/end", b"", False)]


def test_no_broker_no_host_and_a_server_that_is_none():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert found(login(port)) == {"broker": ("failed", f"127.0.0.1:{port}: connection refused")}
    assert found(login(1883, "no-such-host.invalid"))["broker"] == (
        "failed",
        "no-such-host.invalid:1883: no such host",
    )
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up():
            for _ in ("MQTT 5", "MQTT 3.1.1"):
                client, _ = server.accept()
                client.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        result, text = found(login(server.getsockname()[1]))["broker"]
        thread.join()
    assert (result, text.partition(": ")[2]) == ("failed", "it closed the connection at once")


def test_tls_with_the_right_the_wrong_and_no_authority(broker, tmp_path):
    made = make_certificates(tmp_path)
    port = broker(
        "allow_anonymous true", "user root", f"certfile {made}/server.pem", f"keyfile {made}/server.key"
    ).port

    def trusting(name):
        return ssl.create_default_context(cafile=str(made / name))

    assert found(login(port, "localhost", context=trusting("ca.pem")))["broker"][0] == "ok"
    result, text = found(login(port, "localhost", context=trusting("other.pem")))["broker"]
    assert result == "failed"
    assert "its certificate is not trusted" in text
    result, text = found(login(port, "127.0.0.1", context=trusting("ca.pem")))["broker"]
    assert result == "failed"
    assert "its certificate is not trusted" in text
    result, text = found(login(port, "localhost"))["broker"]
    assert result == "failed"


def test_tls_asked_of_a_broker_without_it(broker):
    port = broker("allow_anonymous true").port
    result, text = found(login(port, "localhost", context=ssl.create_default_context()))["broker"]
    assert result == "failed"
    assert "TLS" in text or "closed" in text


class Answering:
    """A central system, and the charger that it answers, on the same broker."""

    def __init__(self, port, answer):
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._answer = answer
        self._client.on_message = self._received
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("/charger/box-1", qos=1)
        self._client.loop_start()

    def _received(self, client, data, message):
        client.publish("/system/box-1", self._answer(json.loads(message.payload)[1]))

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


def test_a_central_system_that_answers_is_seen(broker):
    port = broker("allow_anonymous true").port
    central = Answering(port, lambda number: json.dumps([3, number, {"currentTime": "2026-11-26T12:00:00Z"}]))
    charger = paho.Client(paho.CallbackAPIVersion.VERSION2)
    charger.connect("127.0.0.1", port)
    charger.loop_start()
    charger.publish("/charger/box-1/connection", b"online", qos=1, retain=True).wait_for_publish(30)
    beats = threading.Event()

    def beat():
        number = 0
        while not beats.wait(0.05):
            number += 1
            charger.publish("/charger/box-1", json.dumps([2, str(number), "Heartbeat", {}]))

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        where = login(port)
        result = probe(where, 2.0, newer_s=30)
        checks = {each.check: (each.result, each.text) for each in central_findings(where, result, 0)}
    finally:
        beats.set()
        thread.join()
        charger.disconnect()
        charger.loop_stop()
        central.close()
    assert checks["charger"][0] == "ok"
    assert checks["central system"][0] == "ok"
    assert checks["central system"][1].startswith("it answered Heartbeat in ")
