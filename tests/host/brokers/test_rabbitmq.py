# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What RabbitMQ 3.10 does in its own way: retained messages, rights, and the loss of one of two nodes."""

import pytest

from tests.host.brokers.accounts import Accounts, until
from tests.rabbitmq import RabbitMQ

OUT, IN = "/charger/garage-1", "/system/garage-1"
PRESENCE, WORD = OUT + "/connection", IN + "/connection"


@pytest.mark.parametrize("node", [0, 1])
def test_nothing_retained_comes_to_a_wildcard_subscription(rabbitmq, node):
    charger = rabbitmq.charger()
    charger.publish(PRESENCE, b"online", retain=True)
    central = rabbitmq.central("/charger/+/connection", node=node)
    charger.publish(PRESENCE, b"mark")
    central.wait_for(PRESENCE, b"mark")
    assert central.payloads(PRESENCE) == [b"mark"]


@pytest.mark.parametrize(("node", "kept"), [(0, [b"offline"]), (1, [])])
def test_a_node_keeps_what_was_published_to_itself(rabbitmq, node, kept):
    central = rabbitmq.central(node=0)
    rabbitmq.central(node=1).publish(WORD, b"", retain=True)
    central.publish(WORD, b"offline", retain=True)
    charger = rabbitmq.charger(node=node)
    assert charger.subscribe(WORD)
    central.publish(WORD, b"mark")
    charger.wait_for(WORD, b"mark")
    assert charger.payloads(WORD) == [*kept, b"mark"]


def test_who_does_what_it_may_not_is_disconnected(rabbitmq):
    charger = rabbitmq.charger()
    charger.offer("/charger/garage-2", b"forged")
    until(lambda: not charger.is_connected)


def test_who_has_the_client_id_of_another_one_is_not_let_in(rabbitmq):
    assert rabbitmq.charger("garage-2").subscribe("/system/garage-2")
    assert rabbitmq.attempt(client_id="garage-2").code == "Server unavailable"


def test_a_charger_with_a_dot_in_its_serial_is_not_heard_by_a_subscription_to_all(rabbitmq_alone):
    """The dot parts levels in RabbitMQ, whatever the rights."""
    accounts = Accounts(rabbitmq_alone)
    central = accounts.central("/charger/+")
    accounts.charger("garage.1").publish("/charger/garage.1", b"lost")
    accounts.charger("garage-2").publish("/charger/garage-2", b"heard")
    central.wait_for("/charger/garage-2", b"heard")
    assert central.payloads("/charger/garage.1") == []
    accounts.close()


def test_when_the_node_that_leads_is_killed_the_other_one_lets_everybody_in():
    """Also those that were connected to it, since it has a copy of their queues. One of two is no majority, but the queue of
    an old session is deleted, and so that ends."""
    with RabbitMQ(chargers=["garage-1", "garage-2"]) as cluster:
        accounts = Accounts(cluster)
        central = accounts.central("/charger/+", node=1)
        old = accounts.charger("garage-1", IN, node=1)
        accounts.charger("garage-2", "/system/garage-2", node=0)
        cluster.nodes[0].kill()
        accounts.charger("garage-2", "/system/garage-2", node=1)
        new = accounts.charger("garage-1", IN, node=1)
        new.publish(OUT, b"call")
        central.wait_for(OUT, b"call")
        central.publish(IN, b"answer")
        new.wait_for(IN, b"answer")
        until(lambda: not old.is_connected)
        accounts.close()
