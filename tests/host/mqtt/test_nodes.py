# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The nodes of a broker are tried in turn: at first each once, later again and again with a pause before each round."""

import asyncio

import pytest
from chargerctl.mqtt.connection import Broker, BrokerError
from chargerctl.mqtt.nodes import Nodes
from chargerctl.mqtt.pauses import Pauses

CLUSTER = Broker("a", 1, "user", others=(("b", 2), ("c", 3)))


class Cluster:
    """`tried`: the places, in their order. Only these answer, after so many attempts in vain."""

    def __init__(self, answering=(), after=0):
        self.tried = []
        self.failures = []
        self._answering, self._after = answering, after
        self.nodes = Nodes(CLUSTER, Pauses(lambda: 0.0, 0.001))

    async def connect(self, broker):
        assert broker.username == "user"
        self.tried.append(broker.place)
        if broker.place not in self._answering or len(self.tried) <= self._after:
            raise BrokerError(f"broker {broker.place}: connection refused")

    def first(self):
        asyncio.run(self.nodes.first(self.connect))

    def again(self):
        asyncio.run(self.nodes.again(self.connect, self.failures.append))


def test_at_first_whichever_answers():
    cluster = Cluster(["b:2", "c:3"])
    cluster.first()
    assert cluster.tried == ["a:1", "b:2"]
    assert cluster.nodes.broker.place == "b:2"


def test_where_none_answers_each_says_why():
    cluster = Cluster()
    with pytest.raises(BrokerError) as caught:
        cluster.first()
    assert cluster.tried == ["a:1", "b:2", "c:3"]
    assert all(place in caught.value.message for place in cluster.tried)


def test_after_a_loss_the_next_one_comes_first():
    cluster = Cluster(["a:1", "b:2", "c:3"])
    cluster.again()
    cluster.again()
    assert cluster.tried == ["b:2", "c:3"]


def test_they_are_tried_until_one_answers():
    cluster = Cluster(["b:2"], after=4)
    cluster.again()
    assert cluster.tried == ["b:2", "c:3", "a:1", "b:2", "c:3", "a:1", "b:2"]
    assert len(cluster.failures) == 6


def test_a_broker_alone_is_tried_again():
    tried = []
    nodes = Nodes(Broker("a", 1), Pauses(lambda: 0.0, 0.001))

    async def connect(broker):
        tried.append(broker.place)
        if len(tried) < 3:
            raise BrokerError("connection refused")

    asyncio.run(nodes.again(connect, lambda error: None))
    assert tried == ["a:1"] * 3
