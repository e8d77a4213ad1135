# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What clusters of RabbitMQ and of NATS do alike with our topics, with the accounts of docs/brokers.md."""

import socket

import pytest

from tests.host.brokers.accounts import until

OUT, IN = "/charger/garage-1", "/system/garage-1"
PRESENCE, WORD = OUT + "/connection", IN + "/connection"
ALL, ALL_PRESENCE = "/charger/+", "/charger/+/connection"
OTHERS_OUT, OTHERS_IN = "/charger/garage-2", "/system/garage-2"
# As much as the firmware takes off the network (64 KB).
LONGEST = 64 * 1024


def test_frames_pass_between_nodes_in_both_directions(broker):
    central = broker.central(ALL, node=0)
    charger = broker.charger(node=1)
    assert charger.subscribe(IN)
    charger.publish(OUT, b"call")
    central.wait_for(OUT, b"call")
    central.publish(IN, b"answer")
    charger.wait_for(IN, b"answer")


def test_a_long_message_passes(broker):
    central = broker.central(ALL)
    broker.charger(node=1).publish(OUT, b"x" * LONGEST)
    central.wait_for(OUT, b"x" * LONGEST)


def test_a_subscription_with_qos_1_is_granted(broker):
    charger = broker.charger()
    assert charger.subscribe(IN)
    assert charger.granted == 1


def test_presence_and_the_last_will_are_heard_at_another_node(broker):
    central = broker.central(ALL_PRESENCE, node=0)
    charger = broker.charger(node=1, will=(PRESENCE, b"offline"))
    charger.publish(PRESENCE, b"online", retain=True)
    central.wait_for(PRESENCE, b"online")
    charger.cut()
    central.wait_for(PRESENCE, b"offline")


def test_a_charger_at_another_node_ends_its_old_session_which_leaves_no_last_will(broker):
    # A charger of which no other test has left a word.
    presence = "/charger/garage-3/connection"
    old = broker.charger("garage-3", node=0, will=(presence, b"offline"))
    central = broker.central(ALL_PRESENCE)
    new = broker.charger("garage-3", node=1)
    until(lambda: not old.is_connected)
    new.publish(presence, b"online", retain=True)
    central.wait_for(presence, b"online")
    assert b"offline" not in central.payloads(presence)


def test_a_session_begins_clean(broker):
    first = broker.charger()
    assert first.subscribe(IN)
    first.close()
    second = broker.charger()
    central = broker.central()
    central.publish(IN, b"missed")
    assert second.subscribe(WORD)
    central.publish(WORD, b"online")
    second.wait_for(WORD, b"online")
    assert second.payloads(IN) == []


def test_a_client_that_is_silent_for_half_as_long_again_as_its_keep_alive_is_disconnected(broker):
    password = broker.cluster.password_of("garage-1")
    fields = [b"MQTT", "garage-1", "garage-1", password]
    protocol, *texts = [
        len(each).to_bytes(2, "big") + each
        for each in (field if isinstance(field, bytes) else field.encode() for field in fields)
    ]
    body = protocol + b"\x04\xc2\x00\x01" + b"".join(texts)
    with socket.create_connection(("127.0.0.1", broker.cluster.ports[0]), 30) as silent:
        silent.sendall(b"\x10" + bytes([len(body)]) + body)
        assert silent.recv(4) == b"\x20\x02\0\0"
        assert silent.recv(1) == b""


def test_an_empty_payload_clears_what_is_retained(broker):
    central = broker.central()
    central.publish(WORD, b"offline", retain=True)
    central.publish(WORD, b"", retain=True)
    charger = broker.charger()
    assert charger.subscribe(WORD)
    central.publish(WORD, b"online")
    charger.wait_for(WORD, b"online")
    assert charger.payloads(WORD) == [b"online"]


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_is_let_in_without_a_password(broker, password):
    assert broker.attempt(password=password).code != "Success"


@pytest.mark.parametrize("topic", [OTHERS_IN, OUT, "/system/+", "/charger/#", "#", "$MQTT/sub/#"])
def test_a_charger_reads_nothing_but_what_is_for_it(broker, topic):
    assert not broker.charger().subscribe(topic)


@pytest.mark.parametrize("topic", [OTHERS_OUT, OTHERS_OUT + "/connection", OTHERS_IN])
def test_a_charger_writes_nothing_as_another_one(broker, topic):
    central = broker.central(ALL, ALL_PRESENCE)
    victim = broker.charger("garage-2", node=1)
    assert victim.subscribe(OTHERS_IN)
    broker.charger().offer(topic, b"forged")
    broker.charger(will=(topic, b"forged")).cut()
    broker.charger().publish(OUT, b"own")
    central.wait_for(OUT, b"own")
    central.publish(OTHERS_IN, b"own")
    victim.wait_for(OTHERS_IN, b"own")
    assert b"forged" not in [payload for _, payload in central.got + victim.got]


def test_a_charger_with_the_client_id_of_another_one_ends_its_connection(broker):
    """Neither ties the client id to the account: a charger can disturb another one, and neither read nor be it."""
    victim = broker.charger("garage-2")
    broker.attempt(client_id="garage-2")
    until(lambda: not victim.is_connected)
