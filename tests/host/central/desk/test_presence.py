# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers come and go while the books are gone: what counts is where they are in the end."""

import gc
import weakref

import pytest
from chargerctl.central.books.interface import WaitingCall

from tests.host.central.desk.fakes import Link, call


def connections(rig):
    return [what[2] for what in rig.store.kept if what[:2] == ("connected", "c-1")]


def test_a_charger_that_reconnects_through_an_outage_waits_once(rig):
    rig.charger(transport="websocket")
    rig.store.gone = True
    links = weakref.WeakSet()
    for _ in range(2000):
        link = Link("websocket")
        links.add(link)
        rig.desk.connected("c-1", link)
        rig.desk.disconnected("c-1", link)
        rig.step(0.1)
    gc.collect()
    assert len(links) < 10
    rig.store.gone = False
    rig.run(3)
    assert connections(rig)[-1] is None


@pytest.mark.parametrize("pause", [0.0, 1.0])
def test_the_last_of_many_links_counts(rig, pause):
    rig.charger(transport="websocket")
    rig.store.gone = True
    for _ in range(20):
        link = Link("websocket")
        rig.desk.connected("c-1", link)
        rig.step(pause)
    rig.store.gone = False
    rig.run(3)
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.step()
    assert link.sent
    assert connections(rig)[-1] == "websocket"


def test_an_older_link_is_closed_when_the_newer_one_is_booked_and_not_before(rig):
    old, new = rig.charger(transport="websocket"), Link("websocket")
    rig.store.refuses = lambda what: True
    rig.desk.connected("c-1", new)
    rig.run(2)
    assert old.closed == []
    rig.store.refuses = lambda what: False
    rig.run(3)
    assert len(old.closed) == 1


def test_the_late_end_of_an_older_link_is_not_that_of_the_newer_one(rig):
    old = rig.charger(transport="websocket")
    new = Link("websocket")
    rig.desk.connected("c-1", new)
    rig.desk.disconnected("c-1", old)
    rig.step()
    assert connections(rig) == ["websocket", "websocket"]
    assert old.closed


def test_who_came_and_went_by_a_new_link_has_left_the_old_one(rig):
    rig.charger(transport="websocket")
    new = Link("websocket")
    rig.desk.connected("c-1", new)
    rig.desk.disconnected("c-1", new)
    rig.step()
    assert connections(rig)[-1] is None


def test_a_charger_that_is_silent_for_days_is_connected_still(rig):
    """Its heartbeat_interval may be a day."""
    link = rig.charger()
    for _ in range(3):
        rig.step(86_400)
    rig.store.waiting = [WaitingCall(9, "c-1", "Reset", {"type": "Soft"}, 30)]
    rig.run(1)
    assert len(link.sent) == 1
    rig.desk.disconnected("c-1", link)
    rig.step()
    assert connections(rig) == ["mqtt", None]


def test_a_charger_that_has_gone_is_forgotten(rig):
    rig.desk.disconnected("c-1", rig.charger())
    rig.step()
    rig.run(700, every=1)
    rig.charger()
    assert len(rig.talks) == 2


def test_frames_stay_in_their_order_when_presences_go(rig):
    rig.charger()
    rig.store.gone = True
    rig.step(1)
    first, second = Link("websocket"), Link("websocket")
    for number, link in enumerate((first, second)):
        rig.desk.connected("c-1", link)
        rig.desk.received("c-1", link, call("Heartbeat", number))
    rig.step(1)
    rig.store.gone = False
    rig.run(3)
    assert (first.sent, second.sent) == (['[3, "0", {}]'], ['[3, "1", {}]'])
