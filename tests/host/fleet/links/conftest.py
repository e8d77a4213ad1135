# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A fleet in real time, and a broker at which somebody answers."""

import paho.mqtt.client as paho
import pytest

from tests.host.fleet.links.running import Fleet, answer_to
from tests.mosquitto import Mosquitto, needs_mosquitto


@pytest.fixture
def fleet():
    fleet = Fleet()
    yield fleet
    fleet.close()


class Broker(Mosquitto):
    """A real mosquitto, and a central system that comes back with it."""

    def __init__(self, folder, *lines, user=None):
        super().__init__(folder, *(lines or ("allow_anonymous true",)))
        self._central = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="central")
        if user:
            self._central.username_pw_set(*user)
        self._central.reconnect_delay_set(1, 1)
        self._central.on_connect = lambda client, *_: client.subscribe("/charger/+")
        self._central.on_message = self._answer
        self._central.connect("127.0.0.1", self.port)
        self._central.loop_start()

    def _answer(self, client, _userdata, message):
        answer = answer_to(message.payload)
        if answer is not None:
            client.publish("/system/" + message.topic.rpartition("/")[2], answer)

    def close(self):
        self._central.disconnect()
        self._central.loop_stop()
        self.stop()


@pytest.fixture
def start_broker(tmp_path):
    """start_broker(*lines of its configuration, user=(name, password) of the central system)"""
    needs_mosquitto()
    started = []

    def start(*lines, user=None):
        started.append(Broker(tmp_path, *lines, user=user))
        return started[-1]

    yield start
    for broker in started:
        broker.close()


@pytest.fixture
def broker(start_broker):
    return start_broker()
