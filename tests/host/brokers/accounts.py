# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The accounts of docs/brokers.md at a cluster of brokers: a central system and two chargers."""

import itertools
import time

from tests.cluster import PATIENCE_S
from tests.host.central.mqtt.client import Client

# NATS gives each third subscription to a node that is gone, and refuses it: these are asked for again.
_TIMES = 5


class Accounts:
    """Whatever was opened is closed by close()."""

    def __init__(self, cluster):
        self.cluster = cluster
        self._open = []
        self._count = itertools.count()

    def charger(self, name="garage-1", *topics, node=0, will=None):
        """Connected, with its serial as its client id, and subscribed to these. will: a topic and a payload."""
        return self._connect(node, name, name, (*will, 1) if will else None, topics)

    def central(self, *topics, node=0):
        """Connected, and subscribed to these."""
        return self._connect(node, "central", f"chargerctl-{next(self._count):08x}", None, topics)

    def attempt(self, name="garage-1", node=0, will=None, client_id=None, password=None):
        """Let in or not."""
        password = self.cluster.password_of(name) if password is None else password
        client = Client(self.cluster.ports[node], name, password, client_id or name, will)
        self._open.append(client)
        return client

    def send(self, topic, payload, name="garage-1", node=0):
        """As the firmware does: over another connection, and again, until the broker has it."""
        end = time.monotonic() + PATIENCE_S
        while not self.charger(name, node=node).hands_over(topic, payload):
            assert time.monotonic() < end, f"nobody acknowledges {topic}"

    def _connect(self, node, name, client_id, will=None, topics=()):
        """A cluster that has just lost a node, or has just begun, refuses for a while."""
        end = time.monotonic() + PATIENCE_S
        while True:
            client = self.attempt(name, node, will, client_id)
            if client.code == "Success" and all(_is_let_in(client, topic) for topic in topics):
                return client
            assert time.monotonic() < end, f"{name} is not let in at node {node}: {client.code}"
            client.close()

    def close(self):
        for client in self._open:
            client.close()


def _is_let_in(client, topic):
    """To this topic."""
    return any(client.subscribe(topic) for _ in range(_TIMES))


def until(condition):
    """However slow the machine is."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE_S} s"
        time.sleep(0.02)
