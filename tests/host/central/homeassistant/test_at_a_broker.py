# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Home Assistant's part of the service at real brokers, mosquitto and amqtt: what somebody sees who subscribes there."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.central.homeassistant.names import Names
from chargerctl.central.homeassistant.serving import HomeAssistant
from chargerctl.central.live.watch import Change
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker
from chargerctl.mqtt.local_broker import LocalBroker

from tests.host.central.homeassistant.states import CHARGING, IDLE
from tests.host.central.mqtt.client import BOUND_S, Client
from tests.mosquitto import Mosquitto, needs_mosquitto

NAMES = Names()
SERIAL = IDLE.serial
CONFIG, STATE, ONLINE = NAMES.discovery(SERIAL), NAMES.state(SERIAL), NAMES.online(SERIAL)


class Orders:
    """Every command is refused by the charger."""

    def __init__(self):
        self.words = []

    def give(self, command, state, done):
        self.words.append(command.words)
        done(f"{command.words} refused: Rejected")

    def close(self):
        pass


class Rig:
    """A broker with what publishes to it; the test says what is in the books."""

    def __init__(self, folder, kind):
        self._stack = ExitStack()
        self.thread = LoopThread()
        self._stack.callback(self.thread.close)
        if kind == "mosquitto":
            needs_mosquitto()
            self.broker = Mosquitto(folder, "allow_anonymous true")
            self._stack.callback(lambda: self.broker.stop())
        else:
            self.broker = LocalBroker(self.thread)
            self._stack.callback(self.broker.close)
        self.port = self.broker.port
        self.books = open_books(str(folder / "books.sqlite"), Policies(Policy.ACCEPT, Policy.ACCEPT))
        self._stack.callback(self.books.close)
        self.orders = Orders()
        self.events = []
        self._subscribed = []
        self._parts = []

    def open(self, *states):
        """Publish these chargers."""
        broker = Broker("127.0.0.1", self.port)
        part = HomeAssistant(
            self.thread,
            broker,
            NAMES,
            self.books,
            self._subscribe,
            self.orders,
            self.events.append,
            pause_s=0.05,
        )
        self._parts.append(part)
        self.change(*states)
        return part

    def end(self, part):
        self._parts.remove(part)
        part.close()

    def change(self, *states, gone=()):
        self._subscribed[-1](Change({each.serial: each for each in states}, frozenset(gone)))

    def watch(self):
        """One that subscribes to everything that Home Assistant does."""
        return self.client("homeassistant/#", "chargerctl/#")

    def client(self, *filters):
        client = Client(self.port)
        self._stack.callback(client.close)
        for each in filters:
            assert client.subscribe(each)
        return client

    def texts(self):
        return [event.text for event in self.events]

    def wait_for_event(self, text):
        end = time.monotonic() + BOUND_S
        while not any(text in each for each in self.texts()):
            assert time.monotonic() < end, self.texts()
            time.sleep(0.01)

    def close(self):
        failures = [each.failure for each in self._parts if each.failure is not None]
        for each in [*self._parts]:
            self.end(each)
        self._stack.close()
        assert failures == []

    def _subscribe(self, on_change):
        self._subscribed.append(on_change)
        return lambda: None


@pytest.fixture(params=["mosquitto", "amqtt"])
def rig(request, tmp_path):
    made = Rig(tmp_path, request.param)
    yield made
    made.close()


@pytest.fixture
def mosquitto(tmp_path):
    """A rig whose broker can go and come again."""
    made = Rig(tmp_path, "mosquitto")
    yield made
    made.close()


def last(client, topic):
    return json.loads(client.payloads(topic)[-1])


def test_a_session_is_followed(rig):
    home = rig.watch()
    rig.open(IDLE)
    home.wait_until(lambda: home.payloads(STATE))
    assert json.loads(home.payloads(CONFIG)[0])["device"]["serial_number"] == SERIAL
    assert home.payloads(ONLINE) == [b"online"]
    assert home.payloads(NAMES.alive)[-1] == b"online"
    assert last(home, STATE)["charging"] == "OFF"
    rig.change(CHARGING)
    home.wait_until(lambda: last(home, STATE)["charging"] == "ON")
    assert last(home, STATE)["power"] == 7360.0
    rig.change(IDLE)
    home.wait_until(lambda: last(home, STATE)["charging"] == "OFF")
    rig.change(replace(IDLE, transport=""))
    home.wait_until(lambda: home.payloads(ONLINE) == [b"online", b"offline"])


def test_who_comes_later_finds_everything_too(rig):
    home = rig.watch()
    rig.open(IDLE)
    home.wait_until(lambda: home.payloads(STATE))
    later = rig.watch()
    later.wait_until(lambda: {CONFIG, STATE, ONLINE, NAMES.alive} <= {topic for topic, _ in later.got})


def test_a_command_is_given_and_answered(rig):
    home = rig.watch()
    rig.open(IDLE)
    home.wait_until(lambda: home.payloads(STATE))
    home.publish(NAMES.command(SERIAL, "charging"), b"ON")
    home.wait_until(lambda: last(home, STATE)["command"] == "start refused: Rejected")
    assert last(home, STATE)["charging"] == "OFF"
    assert rig.orders.words == ["start"]


def test_a_command_that_was_retained_is_not_given(rig):
    before = rig.client()
    before.publish(NAMES.command(SERIAL, "charging"), b"ON", retain=True)
    home = rig.watch()
    rig.open(IDLE)
    home.wait_until(lambda: home.payloads(STATE))
    home.publish(NAMES.command(SERIAL, "reset"), b"PRESS")
    home.wait_until(lambda: last(home, STATE)["command"] is not None)
    assert rig.orders.words == ["restart"]


def test_a_charger_that_was_removed_meanwhile_is_taken_back(rig):
    home = rig.watch()
    first = rig.open(IDLE, replace(IDLE, serial="other"))
    home.wait_until(lambda: home.payloads(STATE) and home.payloads(NAMES.state("other")))
    rig.end(first)
    rig.open(IDLE)
    home.wait_until(lambda: home.payloads(NAMES.discovery("other"))[-1] == b"")
    later = rig.watch()
    later.wait_until(lambda: later.payloads(STATE))
    rig.change(gone={SERIAL})
    home.wait_until(lambda: home.payloads(CONFIG)[-1] == b"")
    assert later.payloads(NAMES.discovery("other")) == []


def test_home_assistant_that_starts_again_gets_everything_again(rig):
    home = rig.watch()
    rig.open(IDLE)
    home.wait_until(lambda: home.payloads(STATE))
    before = len(home.payloads(CONFIG))
    home.publish("homeassistant/status", b"online")
    home.wait_until(lambda: len(home.payloads(CONFIG)) > before and len(home.payloads(STATE)) > 1)


def test_at_the_end_the_chargers_are_not_available(rig):
    home = rig.watch()
    part = rig.open(IDLE)
    home.wait_until(lambda: home.payloads(STATE))
    rig.end(part)
    home.wait_until(lambda: home.payloads(NAMES.alive)[-1] == b"offline")


def test_a_broker_that_begins_again_with_nothing_gets_everything_again(mosquitto):
    home = mosquitto.watch()
    mosquitto.open(IDLE)
    home.wait_until(lambda: home.payloads(STATE))
    mosquitto.broker.stop()
    mosquitto.change(CHARGING)
    mosquitto.broker.start()
    later = mosquitto.watch()
    later.wait_until(lambda: later.payloads(STATE) and last(later, STATE)["charging"] == "ON")
    later.wait_until(lambda: later.payloads(CONFIG))
    later.wait_until(lambda: later.payloads(NAMES.alive)[-1:] == [b"online"])


def test_a_broker_that_is_not_there_yet_is_waited_for(mosquitto):
    mosquitto.broker.stop()
    mosquitto.open(IDLE)
    mosquitto.wait_for_event("connection refused; start it, or correct the port")
    mosquitto.broker.start()
    home = mosquitto.watch()
    home.wait_until(lambda: home.payloads(STATE))
    assert len([text for text in mosquitto.texts() if "refused" in text]) == 1
