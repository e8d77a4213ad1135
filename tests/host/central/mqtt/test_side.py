# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The central system's connection to a real mosquitto: what reaches the desk, and what chargers are told."""

from __future__ import annotations

import subprocess
import threading
import time

import pytest
from chargerctl.central.mqtt import side as module
from chargerctl.central.mqtt.side import MqttLink, MqttSide
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker, BrokerError
from chargerctl.mqtt.local_broker import LocalBroker
from chargerctl.mqtt.topics import Topics

from tests.host.central.mqtt.client import BOUND_S, Client
from tests.mosquitto import Mosquitto, needs_mosquitto


class Desk:
    """Remembers what arrives."""

    def __init__(self):
        self.arrived = []
        self._changed = threading.Condition()

    def connected(self, serial, link):
        self._note("connected", serial, link)

    def disconnected(self, serial, link):
        self._note("disconnected", serial, link)

    def received(self, serial, link, frame):
        self._note(frame.decode(), serial, link)

    def wait_for(self, what, serial):
        """Its link."""
        with self._changed:
            assert self._changed.wait_for(
                lambda: (what, serial) in [each[:2] for each in self.arrived], BOUND_S
            )
        return next(link for each, who, link in self.arrived if (each, who) == (what, serial))

    def _note(self, *what):
        with self._changed:
            self.arrived.append(what)
            self._changed.notify()


class Rig:
    def __init__(self, folder, *lines):
        needs_mosquitto()
        self.broker = Mosquitto(folder, *(lines or ["allow_anonymous true"]))
        self.thread = LoopThread()
        self.desk = Desk()
        self.events = []
        self._clients = []
        self._open = []

    def side(self, username="", password="", shared=None, announced=(), steady=None):
        broker = Broker("127.0.0.1", self.broker.port, username, password)
        side = MqttSide(
            self.thread,
            broker,
            Topics(),
            self.desk,
            self.events.append,
            pause_s=0.1,
            shared=shared,
            steady=steady,
        )
        side.announce(announced, True)
        side.open()
        self._open.append(side)
        return side

    def client(self, *arguments):
        self._clients.append(Client(self.broker.port, *arguments))
        return self._clients[-1]

    def until_told(self, text):
        end = time.monotonic() + BOUND_S
        while not any(text in each for each in self.texts("broker")):
            assert time.monotonic() < end, self.events
            time.sleep(0.01)

    def texts(self, what):
        return [event.text for event in self.events if event.what == what]

    def close(self):
        for each in (*self._open, *self._clients):
            each.close()
        self.thread.close()
        self.broker.stop()


@pytest.fixture
def rig(tmp_path):
    opened = Rig(tmp_path)
    yield opened
    opened.close()


def test_frames_reach_the_desk_and_its_answers_the_charger(rig):
    rig.side()
    charger = rig.client()
    assert charger.subscribe("/system/c-1")
    charger.publish("/charger/c-1", "[2]")
    link = rig.desk.wait_for("[2]", "c-1")
    assert link.transport == "mqtt"
    for number in range(100):
        link.send(f"[{number}]")
    charger.wait_for("/system/c-1", b"[99]")
    assert charger.payloads("/system/c-1") == [f"[{number}]".encode() for number in range(100)]


def test_what_is_retained_says_who_is_connected(rig):
    charger = rig.client()
    charger.publish("/charger/c-1/connection", "online", retain=True)
    side = rig.side()
    assert rig.desk.wait_for("connected", "c-1") == MqttLink(side, "c-1")
    charger.publish("/charger/c-1/connection", "offline", retain=True)
    rig.desk.wait_for("disconnected", "c-1")


def test_a_retained_frame_and_a_hostile_serial_are_dropped_and_told(rig):
    stranger = rig.client()
    stranger.publish("/charger/c-1", "old", retain=True)
    rig.side()
    for serial in ("a b ", "x" * 49, "...", "\u202e", "$x"):
        stranger.publish(f"/charger/{serial}", "frame")
        stranger.publish(f"/charger/{serial}/connection", "online")
    stranger.publish("/charger/c-1/connection", "perhaps")
    stranger.publish("/charger/c-1", "good")
    rig.desk.wait_for("good", "c-1")
    assert len(rig.desk.arrived) == 1
    assert len(rig.texts("hostile")) == 12


def test_chargers_are_told_who_answers_and_it_is_retained(rig):
    side = rig.side()
    side.announce(["c-1", "c-2"], True)
    MqttLink(side, "c-1").available(False)
    late = rig.client()
    assert late.subscribe("/system/+/connection")
    late.wait_for("/system/c-1/connection", b"offline")
    late.wait_for("/system/c-2/connection", b"online")
    assert late.payloads("/system/c-2/connection") == [b"online"]
    MqttLink(side, "c-1").available(None)
    late.wait_for("/system/c-1/connection", b"")
    later = rig.client()
    assert later.subscribe("/system/+/connection")
    later.wait_until(lambda: later.got)
    assert later.got == [("/system/c-2/connection", b"online")]


def test_chargers_that_could_not_be_told_at_the_end_are_no_secret(rig):
    side = rig.side()
    side.announce(["c-1"], True)
    rig.broker.stop()
    side.announce(["c-1"], False)
    side.close()
    assert "tell them with `chargerctl central offline`" in rig.texts("broker")[-1]


def test_what_was_sent_last_goes_out_before_it_closes(rig):
    charger = rig.client()
    assert charger.subscribe("/system/#")
    side = rig.side()
    side.announce([f"c-{number}" for number in range(500)], False)
    side.close()
    charger.wait_until(lambda: len(charger.got) == 500)


def test_a_broker_that_is_back_has_everything_again(rig):
    side = rig.side()
    side.announce(["c-1"], True)
    rig.client().publish("/charger/c-1/connection", "online", retain=True)
    rig.desk.wait_for("connected", "c-1")
    rig.broker.stop()
    rig.desk.wait_for("disconnected", "c-1")
    side.send("c-1", "lost")
    rig.broker.start()
    charger = rig.client()
    assert charger.subscribe("/system/#")
    charger.wait_for("/system/c-1/connection", b"online")
    charger.publish("/charger/c-1", "again")
    rig.desk.wait_for("again", "c-1").send("answer")
    charger.wait_for("/system/c-1", b"answer")
    assert b"lost" not in charger.payloads("/system/c-1")
    assert "is gone" in rig.texts("broker")[0]
    assert "connected" in rig.texts("broker")[-1]


def test_a_wrong_password_is_named(tmp_path):
    needs_mosquitto()
    accounts = tmp_path / "accounts"
    subprocess.run(["mosquitto_passwd", "-c", "-b", accounts, "central", "right"], check=True)
    rig = Rig(tmp_path, "user root", "allow_anonymous false", f"password_file {accounts}")
    try:
        rig.side("central", "right")
        with pytest.raises(BrokerError, match=f"127.0.0.1:{rig.broker.port}: it refused user central"):
            rig.side("central", "wrong")
    finally:
        rig.close()


class OnlyFrames:
    """Lets everybody in, to the topics of frames."""

    async def admit(self, reader, writer):
        return b""

    def allows(self, username, topic, action):
        return topic == "/charger/+"


def test_a_topic_that_the_broker_does_not_allow_is_named():
    """mosquitto allows every subscription, and then delivers nothing: nobody can see that."""
    thread = LoopThread()
    broker = LocalBroker(thread, doorkeeper=OnlyFrames())
    side = MqttSide(thread, Broker("127.0.0.1", broker.port), Topics(), Desk(), print)
    with pytest.raises(BrokerError, match=r"does not allow a subscription to /charger/\+/connection"):
        side.open()
    broker.close()
    thread.close()


def test_a_broker_that_is_not_there_is_named(rig):
    rig.broker.stop()
    with pytest.raises(BrokerError, match=rf"127.0.0.1:{rig.broker.port}: connection refused"):
        rig.side()
    rig.broker.start()


def test_who_answers_is_repeated_in_case_that_somebody_else_has_said_otherwise(rig):
    side = rig.side()
    side.announce(["c-1"], True)
    charger = rig.client()
    charger.subscribe("/system/c-1/connection")
    charger.wait_until(lambda: charger.payloads("/system/c-1/connection")[-1:] == [b"online"])
    rig.client().publish("/system/c-1/connection", "offline", retain=True)
    charger.wait_until(lambda: charger.payloads("/system/c-1/connection")[-1:] == [b"offline"])
    side.repeat()
    charger.wait_until(lambda: charger.payloads("/system/c-1/connection")[-1:] == [b"online"])


WORD = "/system/c-1/connection"


def test_a_charger_that_comes_again_is_told_again_for_another_node_may_have_told_it_otherwise(rig):
    rig.side().announce(["c-1"], True)
    charger = rig.client()
    charger.subscribe(WORD)
    charger.wait_for(WORD, b"online")
    charger.publish("/charger/c-1/connection", "online", retain=True)
    charger.wait_until(lambda: charger.payloads(WORD) == [b"online"] * 2)


def test_a_charger_that_is_not_heard_of_is_told_offline_and_online_so_that_it_speaks(rig, monkeypatch):
    """RabbitMQ does not say who is there."""
    monkeypatch.setattr(module, "_SILENT_S", 0.05)
    monkeypatch.setattr(module, "_SETTLE_S", 0.05)
    rig.client().publish("/charger/c-2/connection", "online", retain=True)
    listener = rig.client()
    listener.subscribe("/system/+/connection")
    rig.side(announced=["c-1", "c-2"])
    listener.wait_until(lambda: listener.payloads(WORD)[-2:] == [b"offline", b"online"])
    assert b"offline" not in listener.payloads("/system/c-2/connection")


def test_where_a_node_is_gone_the_next_one_is_taken(rig, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    other = Mosquitto(folder, "allow_anonymous true")
    broker = Broker("127.0.0.1", rig.broker.port, others=(("127.0.0.1", other.port),))
    side = MqttSide(rig.thread, broker, Topics(), rig.desk, rig.events.append, pause_s=0.1)
    side.open()
    rig.broker.kill()
    charger = Client(other.port)
    rig.until_told("again")
    charger.publish("/charger/c-1", "[2]")
    rig.desk.wait_for("[2]", "c-1")
    charger.close()
    side.close()
    other.stop()
    rig.broker.start()
