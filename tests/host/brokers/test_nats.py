# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What NATS 2.9 does in its own way: it keeps retained messages in a stream of the cluster, and knows no dots."""

import pytest

from tests.host.brokers.accounts import Accounts, until
from tests.nats import Nats

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


def test_when_a_node_is_killed_the_others_go_on_and_it_comes_back():
    """What is kept by that node's lead is not acknowledged until another one leads: NATS hangs up after 4 s, and a charger
    sends again."""
    with Nats(chargers=["garage-1"]) as cluster:
        accounts = Accounts(cluster)
        accounts.charger(node=0).publish(PRESENCE, b"online", retain=True)
        central = accounts.central("/charger/+", node=1)
        cluster.nodes[0].kill()
        accounts.send(OUT, b"call", node=2)
        central.wait_for(OUT, b"call")
        accounts.central("/charger/+/connection", node=1).wait_for(PRESENCE, b"online")
        cluster.nodes[0].start()
        accounts.send(OUT, b"again", node=0)
        central.wait_for(OUT, b"again")
        accounts.close()
