# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The central system on its topics."""

import json

import pytest
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.script import Behaviour
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.network.endpoint import Endpoint


class Rig:
    def __init__(self) -> None:
        self.clock = Clock()
        self.published = []
        self.central = Conversation()
        self.endpoint = Endpoint(
            self.central,
            "/charger/c-1",
            "/system/c-1",
            lambda topic, payload: self.published.append((topic, payload)),
            self.clock.call_in,
            lambda: 1_795_332_600 + self.clock.now_us / 1e6,
        )

    def call(self, action, topic="/charger/c-1", **payload):
        self.endpoint.received(topic, json.dumps([2, str(len(self.published)), action, payload]).encode())


@pytest.fixture
def rig():
    return Rig()


def test_it_answers_on_the_chargers_system_topic(rig):
    rig.call("Heartbeat")
    [(topic, payload)] = rig.published
    assert topic == "/system/c-1"
    assert json.loads(payload)[0] == 3


def test_it_does_not_mind_other_topics(rig):
    rig.call("Heartbeat", topic="/charger/c-2")
    assert rig.published == []


def test_it_subscribes_to_the_chargers_frames(rig):
    assert rig.endpoint.topic == "/charger/c-1"


def test_late_answers_go_out_by_the_clock(rig):
    rig.central.script.add("Heartbeat", Behaviour(delay_s=2))
    rig.call("Heartbeat")
    rig.clock.spend(1_999_000)
    assert rig.published == []
    rig.clock.spend(2_000)
    assert len(rig.published) == 1
    rig.clock.spend(60_000_000)
    assert len(rig.published) == 1


def test_raw_payloads_go_out_as_they_are(rig):
    rig.endpoint.to_charger(b"\x00\xff")
    rig.endpoint.to_charger("text")
    assert rig.published == [("/system/c-1", b"\x00\xff"), ("/system/c-1", b"text")]
