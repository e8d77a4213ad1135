# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The link against amqtt in this process, for what mosquitto's access list does not do: it refuses a subscription."""

import select
import time

import pytest
from amqtt.plugins.base import BaseTopicPlugin
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt import local_broker
from chargerctl.mqtt.local_broker import LocalBroker

PATIENCE_S = 30
# What this plugin of amqtt keeps from everybody.
FORBIDDEN = "top-secret"


@pytest.fixture
def amqtt(monkeypatch):
    plugins = {
        "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
        "amqtt.plugins.topic_checking.TopicTabooPlugin": {},
    }
    monkeypatch.setattr(local_broker, "_ANONYMOUS", plugins)
    broker = LocalBroker(LoopThread())
    yield broker
    broker.close()


def until(rig, condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, rig.log
        native = rig.link._socket._native
        if native is not None:
            select.select([native], [], [], 0.05)
        rig.step()


def test_a_subscription_that_the_broker_refuses_is_named(amqtt, make_rig):
    rig = make_rig(mqtt__port=amqtt.port, mqtt__topic_in=FORBIDDEN)
    until(rig, lambda: rig.log)
    assert (
        f"(SUBSCRIBE to {FORBIDDEN} refused: allow it in the broker's access list, or set mqtt.subscribe_topic)"
        in (rig.log[0])
    )


class KeepConnectionTopics(BaseTopicPlugin):
    """An access list from before there was such a topic for the charger to read."""

    async def topic_filtering(self, *, session=None, topic=None, action=None):
        return not (topic or "").startswith("/system/") or not topic.endswith("/connection")


def test_a_refused_connection_topic_does_not_keep_the_charger_away(monkeypatch, make_rig):
    plugin = f"{__name__}.{KeepConnectionTopics.__name__}"
    monkeypatch.setattr(
        local_broker,
        "_ANONYMOUS",
        {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}, plugin: {}},
    )
    broker = LocalBroker(LoopThread())
    try:
        rig = make_rig(mqtt__port=broker.port)
        until(rig, lambda: rig.link.connected)
        assert rig.log[0] == "mqtt Subscription to /connection refused"
    finally:
        broker.close()
