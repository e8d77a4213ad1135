# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What NATS 2.9 does in its own way: it keeps retained messages in a stream of the cluster, and knows no dots."""

import pytest

from tests.host.brokers.accounts import until

OUT, IN = "/charger/garage-1", "/system/garage-1"
PRESENCE = OUT + "/connection"


@pytest.mark.parametrize("node", [0, 1, 2])
def test_what_is_retained_comes_to_a_wildcard_subscription_at_any_node(nats, node):
    nats.charger().publish(PRESENCE, b"online", retain=True)
    central = nats.central("/charger/+/connection", node=node)
    central.wait_for(PRESENCE, b"online")


def test_what_a_charger_publishes_as_another_one_is_dropped_without_a_word(nats):
    charger = nats.charger()
    charger.publish("/charger/garage-2", b"forged")
    assert charger.is_connected


@pytest.mark.parametrize("serial", ["garage.1", "garage 1"])
def test_whoever_names_a_topic_with_a_dot_or_a_space_is_disconnected(nats, serial):
    central = nats.central()
    central.offer(f"/system/{serial}/connection", b"online", retain=True)
    until(lambda: not central.is_connected)


@pytest.mark.parametrize("serial", ["a*b", "a>b", "a~!$&'(),;=:@b"])
def test_other_characters_of_a_serial_pass(nats, serial):
    central = nats.central()
    central.publish(f"/system/{serial}/connection", b"online", retain=True)
    assert central.is_connected


def test_when_a_node_is_killed_the_others_go_on_and_it_comes_back(nats):
    cluster = nats.cluster
    nats.charger(node=0).publish(PRESENCE, b"online", retain=True)
    cluster.nodes[0].kill()
    central = nats.central("/charger/+", "/charger/+/connection", node=1)
    central.wait_for(PRESENCE, b"online")
    charger = nats.charger("garage-1", IN, node=2)
    charger.publish(OUT, b"call")
    central.wait_for(OUT, b"call")
    cluster.nodes[0].start()
    nats.charger(node=0).publish(OUT, b"again")
    central.wait_for(OUT, b"again")
