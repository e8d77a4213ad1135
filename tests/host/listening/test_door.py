# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""There are places for each address, and in all."""

import pytest
from chargerctl.listening.door import Door, is_loopback, network_of


def test_addresses_that_count_as_one():
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("2a00:1::1") == network_of("2a00:1::ffff:1") != network_of("2a00:1:0:1::1")
    assert network_of("::ffff:192.0.2.1") != network_of("::ffff:192.0.2.2")
    assert network_of("fe80::1%eth0") != network_of("fe80::2%eth0")
    assert network_of("fd00::1") != network_of("fd00::2")


@pytest.mark.parametrize(
    ("host", "here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_what_listens_on_this_machine_alone(host, here):
    assert is_loopback(host) == here


def test_the_door_has_places_for_each_address_and_in_all():
    door = Door(3, 2)
    peers = [("192.0.2.1", 1), ("192.0.2.1", 2), ("192.0.2.1", 3), ("192.0.2.2", 1), ("192.0.2.3", 1)]
    assert [door.enter(peer) == "" for peer in peers] == [True, True, False, True, False]
    for _again in range(2):
        door.leave(peers[0])
    assert [door.enter(peer) == "" for peer in (("192.0.2.3", 1), ("192.0.2.3", 2))] == [True, False]


def test_of_this_computer_there_may_be_more():
    door = Door(5, 1, most_here=4)
    here = [("127.0.0.1", number) for number in range(5)]
    assert [door.enter(peer) == "" for peer in here] == [True, True, True, True, False]
    assert door.enter(("192.0.2.1", 1)) == ""
    assert door.enter(("192.0.2.2", 1)) == "5 connections are open"
