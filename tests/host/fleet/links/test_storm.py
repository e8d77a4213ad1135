# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""All connections of a fleet are lost at once."""

import pytest
from chargerctl.descriptors import enough_for
from chargerctl.fleet.links.mqtt import BrokerAddress, Mqtt

CHARGERS = 1000


@pytest.mark.soak
def test_a_thousand_chargers_come_back_and_lose_no_session(fleet, start_broker):
    enough_for(CHARGERS)
    fleet.patience_s = 600
    broker = start_broker("allow_anonymous true", "max_queued_messages 0")
    makes = Mqtt(fleet.firmware, fleet.sockets, BrokerAddress("127.0.0.1", broker.port))
    for number in range(CHARGERS):
        fleet.add(makes, f"cp-{number}", mqtt_keep_alive="60")
        fleet.driver.run(fleet.clock.now_us + 10_000)
    chargers = fleet.chargers.values()
    fleet.until(lambda: all(charger.connected for charger in chargers), "connections")
    for serial in list(fleet.chargers)[::10]:
        fleet.begin_session(serial)

    broker.kill()
    fleet.until(lambda: not any(charger.connected for charger in chargers), "the loss")
    for serial in list(fleet.chargers)[::20]:
        fleet.chargers[serial].cable.on = False
        fleet.chargers[serial].stir()
    broker.restart()
    fleet.until(lambda: all(charger.connected for charger in chargers), "connections")
    fleet.until(lambda: not any(charger.unconfirmed for charger in chargers), "answers")
    assert not [line for line in fleet.lines if " failed (" in line[1]]
