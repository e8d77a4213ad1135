# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which address of its server a charger tries: each in turn, and the name is asked for again."""

import socket

import pytest
from chargerctl.fleet.links import mqtt, websocket
from chargerctl.fleet.links.names import Names
from chargerctl.fleet.links.resolver import Resolver
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.realtime import RealTime
from chargerctl.simulator.machine.clock import Clock

from tests.host.fleet.links.websockets import CentralSystem
from tests.mosquitto import free_port

_FIRST = (socket.AF_INET, "192.0.2.1")
_SECOND = (socket.AF_INET6, "2001:db8::1")
_HERE = (socket.AF_INET, "127.0.0.1")
# Of the loopback network, where nobody listens.
_ELSEWHERE = (socket.AF_INET, "127.0.0.2")


class Setup:
    def __init__(self):
        self.answers = [[_FIRST, _SECOND]]
        self.asked = 0
        self.driver = RealTime(Clock())
        self.resolver = Resolver(Names(self.driver, self._look_up), "central.lan", lambda: None)

    def _look_up(self, _host):
        self.asked += 1
        return self.answers.pop(0)

    def fail(self):
        """The address that it tries, which does not answer."""
        for _ in range(1500):
            if self.resolver.ready():
                break
            self.driver.run(self.driver.clock.now_us + 20_000)
        tried = self.resolver.address
        self.resolver.failed()
        return tried


@pytest.fixture
def setup():
    setup = Setup()
    yield setup
    setup.driver.close()


def test_each_address_of_a_name_is_tried_in_turn(setup):
    assert [setup.fail() for _ in range(3)] == [_FIRST, _SECOND, _FIRST]
    assert setup.asked == 1


def test_after_three_failures_in_a_row_the_name_is_looked_up_again(setup, monkeypatch):
    monkeypatch.setattr("chargerctl.fleet.links.names._ANEW_US", 0)
    for _ in range(2):
        setup.fail()
    setup.resolver.worked()
    for _ in range(3):
        setup.fail()
    setup.answers = [[_HERE]]
    assert setup.fail() == _HERE
    assert setup.asked == 2


def _moves(fleet, monkeypatch, *found):
    """The fleet's name server: found: what it says each time, the last of it for ever."""
    answers = list(found)
    monkeypatch.setattr("chargerctl.fleet.links.names._ANEW_US", 0)
    fleet.sockets = Sockets(
        fleet.driver, Names(fleet.driver, lambda _: answers.pop(0) if len(answers) > 1 else answers[0])
    )


@pytest.mark.parametrize("found", [[[_ELSEWHERE, _HERE]], [[_ELSEWHERE], [_HERE]]])
def test_a_central_system_at_its_second_address_or_one_that_has_moved_is_found(fleet, monkeypatch, found):
    central = CentralSystem()
    _moves(fleet, monkeypatch, *found)
    to = websocket.CentralSystem(f"ws://central.lan:{central.port}")
    try:
        fleet.add(websocket.WebSockets(fleet.firmware, fleet.sockets, to), "cp")
        fleet.until_said("BootNotification accepted")
    finally:
        fleet.power_off()
        central.close()


def test_a_broker_at_none_of_its_addresses(fleet, monkeypatch):
    _moves(fleet, monkeypatch, [_ELSEWHERE, _HERE])
    broker = mqtt.BrokerAddress("broker.lan", free_port())
    fleet.add(mqtt.Mqtt(fleet.firmware, fleet.sockets, broker), "cp")
    fleet.until_said("next try in 2 s")
