# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's link at a node of each cluster, and the central system at another one."""

import pytest

from tests.firmware.net.conftest import Rig, connection_manager_of_the_firmware  # noqa: F401 - a fixture
from tests.firmware.net.real import RealRig

OUT, IN = "/charger/box-1", "/system/box-1"


@pytest.fixture
def charger(broker):
    """With its own account, at the second node."""
    account = {"mqtt__username": "box-1", "mqtt__password": broker.cluster.password_of("box-1")}
    rig = Rig(mqtt__port=broker.cluster.ports[1], **account)
    yield RealRig(rig)
    rig.close()


def test_it_connects_announces_itself_and_talks(broker, charger):
    central = broker.central("/charger/+", "/charger/+/connection")
    charger.until(lambda: charger.link.connected)
    central.wait_for(OUT + "/connection", b"online")
    assert charger.link.publish('[2,"1","Heartbeat",{}]')
    charger.until(lambda: not charger.link._socket.pending)
    central.wait_for(OUT, b'[2,"1","Heartbeat",{}]')
    central.publish(IN, b'[3,"1",{}]')
    heard = []
    charger.until(lambda: heard.append(charger.link.receive()) or heard[-1])
    assert heard[-1] == '[3,"1",{}]'


def test_it_knows_when_nobody_answers(broker, charger):
    central = broker.central()
    charger.until(lambda: charger.link.connected)
    central.publish(IN + "/connection", b"offline", retain=True)
    charger.until(lambda: not charger.link.connected)
    central.publish(IN + "/connection", b"", retain=True)
    charger.until(lambda: charger.link.connected)


def test_its_last_will_is_heard_at_the_other_node(broker, charger):
    central = broker.central("/charger/+/connection")
    charger.until(lambda: charger.link.connected)
    central.wait_for(OUT + "/connection", b"online")
    charger.link._socket._native.close()
    central.wait_for(OUT + "/connection", b"offline")
