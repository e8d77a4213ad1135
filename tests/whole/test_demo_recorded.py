# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The demo in real time, recorded by a subscriber that knows nothing of us, on a broker that is not ours either."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from ocpp.messages import CallResult, unpack, validate_payload

PATIENCE_S = 60
SERIAL = "recorded-1"
EXPECTED = {
    "BootNotification",
    "StatusNotification",
    "Heartbeat",
    "Authorize",
    "StartTransaction",
    "MeterValues",
    "StopTransaction",
}
KILOWATTS = 22


AMQTT = """
listeners:
  default: {{type: tcp, bind: "127.0.0.1:{port}"}}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin: {{allow_anonymous: true}}
"""
MOSQUITTO = "listener {port} 127.0.0.1\nallow_anonymous true\n"


@pytest.fixture
def broker(tmp_path):
    """Starts a broker in a process of its own; gives its port."""
    processes = []

    def start(command, configuration):
        if shutil.which(command) is None:
            if os.environ.get("CI") == "true":
                pytest.fail(f"{command} is not installed")
            pytest.skip(f"{command} is not installed")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        file = tmp_path / "broker.conf"
        file.write_text(configuration.format(port=port))
        processes.append(
            subprocess.Popen([command, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        end = time.monotonic() + PATIENCE_S
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            assert time.monotonic() < end, f"{command} does not listen"
            time.sleep(0.05)

    yield start
    for process in processes:
        process.terminate()
        process.wait()


class Recorder:
    """Subscribes to everything on a broker. `messages`: (topic, payload) in the order in which they came."""

    def __init__(self, port):
        self.messages = []
        self._subscribed = threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _client, _data, message: self.messages.append(
            (message.topic, message.payload)
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE_S)

    def stop(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.parametrize(
    ("command", "configuration"),
    [
        ("mosquitto", MOSQUITTO),
        pytest.param(str(Path(sys.executable).with_name("amqtt")), AMQTT, marks=pytest.mark.soak),
    ],
    ids=["mosquitto", "amqtt"],
)
def test_the_demo_speaks_ocpp_1_6(chargerctl, broker, command, configuration):
    port = broker(command, configuration)
    recorder = Recorder(port)
    outcome = chargerctl(
        "simulate", "--script", "demo", "--json", "--broker", f"127.0.0.1:{port}", settings={"SERIAL": SERIAL}
    ).must_hold()
    recorder.stop()

    # In real time, but for what this computer takes to start it.
    assert outcome.summary["t"] < 30
    frames = [
        (topic, payload.decode())
        for topic, payload in recorder.messages
        if topic in (f"/charger/{SERIAL}", f"/system/{SERIAL}")
    ]
    said = _validate(frames)
    assert said.keys() >= EXPECTED
    recorded = Counter(topic for topic, _ in frames)
    assert recorded[f"/charger/{SERIAL}"] == outcome.summary["frames_out"]
    # The answer to the last StatusNotification may still be on its way when the script is over.
    assert recorded[f"/system/{SERIAL}"] - outcome.summary["frames_in"] in (0, 1)
    connection = [payload for topic, payload in recorder.messages if topic.endswith("/connection")]
    assert connection == [b"online", b"offline"]

    (start,), (stop,) = said["StartTransaction"], said["StopTransaction"]
    closed_s = outcome.all("relay", closed=False)[-1]["t"] - outcome.all("relay", closed=True)[0]["t"]
    # In whole watt-hours, and the contact closes 10 ms after the relay's pin is driven.
    assert stop["meterStop"] - start["meterStart"] == pytest.approx(closed_s * KILOWATTS / 3.6, abs=1.1)
    assert outcome.summary["energy_wh"] == stop["meterStop"] - start["meterStart"]


def _validate(frames):
    """Every frame against the schemas of the ocpp package; the payloads of the charger's calls by action."""
    actions = {}
    said = {}
    for topic, text in frames:
        message = unpack(text)
        if isinstance(message, CallResult):
            message.action = actions[message.unique_id]
        else:
            assert json.loads(text)[0] == 2, text
            actions[message.unique_id] = message.action
            if topic.startswith("/charger/"):
                said.setdefault(message.action, []).append(message.payload)
        asyncio.run(validate_payload(message, "1.6"))
    return said
