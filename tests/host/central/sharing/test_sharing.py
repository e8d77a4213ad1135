# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A process is well while its desk and its loop work: else its lease is not renewed."""

import asyncio
import threading
import time
from types import SimpleNamespace

import pytest
from chargerctl.central.books.workers import REALM
from chargerctl.central.service import sharing
from chargerctl.leases import broker, keeper
from chargerctl.leases.postgres import PostgresRegister
from chargerctl.loop_thread import LoopThread
from sqlalchemy import make_url

from tests.until import until

BOUND_S = 60
KNOWN = ["GA1", "GA2", "GA3"]


class Desk:
    """here: the chargers that are connected to this process itself."""

    failure = None

    def __init__(self):
        self.here = set()
        self.lost_ones = set()

    def connected_here(self):
        return self.here

    def has_link(self, serial):
        return serial in self.here

    def lost(self, serials):
        self.lost_ones.update(serials)

    @property
    def stepped_at(self):
        return time.monotonic()


@pytest.fixture
def shared(postgres, monkeypatch):
    monkeypatch.setattr(sharing, "_HANGS_S", 0.5)
    monkeypatch.setattr(sharing, "_TICK_S", 0.05)
    monkeypatch.setattr(broker, "PATIENCE_S", 0.0)
    monkeypatch.setattr(keeper, "CALL_S", BOUND_S)
    url = make_url(postgres.database()).set(drivername="postgresql+psycopg")
    store = SimpleNamespace(url=url, worker="a", fenced_by=lambda token: None, known=lambda: KNOWN)
    thread = LoopThread()
    found = sharing.Sharing(store, thread, lambda event: None, own_broker=False)
    desk = Desk()
    found.start(desk, None)
    yield SimpleNamespace(sharing=found, loop=thread.loop, desk=desk, url=url)
    found.leave()
    thread.close()


def test_once_it_has_started_the_process_has_a_lease(shared):
    assert shared.sharing.may_speak


def test_a_process_whose_loop_hangs_is_not_well(shared):
    until(shared.sharing.is_well)
    goes_on = threading.Event()
    shared.loop.call_soon_threadsafe(goes_on.wait)
    until(lambda: not shared.sharing.is_well())
    goes_on.set()
    until(shared.sharing.is_well)


def test_without_its_broker_a_process_leaves_what_comes_by_it_to_others(shared):
    holds = shared.sharing.holds
    until(lambda: all(map(holds, KNOWN)))
    shared.desk.here = {"GA1", "GA2"}
    shared.loop.call_soon_threadsafe(shared.sharing.reached, False)
    until(lambda: shared.desk.lost_ones == {"GA3"})
    assert list(map(holds, KNOWN)) == [True, True, False]


def test_one_that_ends_its_own_connection_meanwhile_is_left_to_others_too(shared):
    holds = shared.sharing.holds
    until(lambda: all(map(holds, KNOWN)))
    shared.desk.here = {"GA1", "GA2"}
    shared.loop.call_soon_threadsafe(shared.sharing.reached, False)
    until(lambda: shared.desk.lost_ones == {"GA3"})
    shared.desk.here = {"GA1"}
    shared.sharing.look()
    until(lambda: shared.desk.lost_ones == {"GA2", "GA3"})
    assert holds("GA1")


def test_one_that_has_just_come_is_not_let_go_before_the_desk_knows_it(shared):
    until(lambda: all(map(shared.sharing.holds, KNOWN)))
    comes = asyncio.run_coroutine_threadsafe(shared.sharing.take("GA4"), shared.loop)
    assert comes.result(BOUND_S)
    shared.loop.call_soon_threadsafe(shared.sharing.reached, False)
    until(lambda: shared.desk.lost_ones == {*KNOWN})
    assert shared.sharing.holds("GA4")


def test_what_has_come_since_it_lost_its_broker_is_for_the_next_one(shared, monkeypatch):
    until(lambda: shared.sharing.holds("GA1"))
    lost = time.monotonic()
    monkeypatch.setattr(broker, "PATIENCE_S", 0.3)
    shared.loop.call_soon_threadsafe(shared.sharing.reached, False)
    until(lambda: shared.desk.lost_ones)
    register = PostgresRegister(shared.url, REALM)
    register.join("b", takes=True)
    found = {}
    until(lambda: found.update(register.claim("b", ["GA1"])) or found)
    assert 0.3 <= found["GA1"].free_s <= time.monotonic() - lost
    register.close()


def test_when_its_broker_is_back_it_takes_them_again(shared):
    until(lambda: shared.sharing.holds("GA3"))
    shared.loop.call_soon_threadsafe(shared.sharing.reached, False)
    until(lambda: not shared.sharing.holds("GA3"))
    shared.loop.call_soon_threadsafe(shared.sharing.reached, True)
    until(lambda: shared.sharing.holds("GA3"))
    shared.desk.lost_ones.clear()
    shared.sharing.look()
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), shared.loop).result(BOUND_S)
    assert shared.desk.lost_ones == set()


def test_what_came_when_it_ended_is_for_the_next_one(shared):
    until(lambda: shared.sharing.holds("GA1"))
    shared.sharing.leave()
    register = PostgresRegister(shared.url, REALM)
    register.join("b", takes=True)
    assert register.claim("b", ["GA1"])["GA1"].free_s >= sharing._OVERLAP_S
    register.close()
