# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A fleet in real time, and a broker at which somebody answers."""

import threading

import paho.mqtt.client as paho
import pytest

from tests.host.fleet.links.running import Fleet, answer_to
from tests.mosquitto import PATIENCE_S, Mosquitto, needs_mosquitto


@pytest.fixture
def fleet():
    fleet = Fleet()
    yield fleet
    fleet.close()


class Broker(Mosquitto):
    """A real mosquitto, and a central system that comes back with it. Both listen when it has started: a charger repeats
    what nobody has heard after a minute."""

    def __init__(self, folder, *lines, user=None):
        self._listens = threading.Event()
        super().__init__(folder, *(lines or ("allow_anonymous true",)))
        self._central = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="central")
        if user:
            self._central.username_pw_set(*user)
        self._central.reconnect_delay_set(1, 1)
        self._central.on_connect = lambda client, *_: client.subscribe("/charger/+")
        self._central.on_subscribe = lambda *_: self._listens.set()
        self._central.on_message = self._answer
        self._central.connect("127.0.0.1", self.port)
        self._central.loop_start()
        self._until_central_listens()

    def kill(self):
        super().kill()
        self._listens.clear()

    def restart(self):
        self.start()
        self._until_central_listens()

    def _until_central_listens(self):
        assert self._listens.wait(PATIENCE_S)

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
