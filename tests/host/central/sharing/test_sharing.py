# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A process is well while its desk and its loop work: else its lease is not renewed."""

import threading
import time
from types import SimpleNamespace

import pytest
from chargerctl.central.service import sharing
from chargerctl.leases import keeper
from chargerctl.loop_thread import LoopThread
from sqlalchemy import make_url

BOUND_S = 60


class Desk:
    failure = None

    @property
    def stepped_at(self):
        return time.monotonic()


def until(condition):
    end = time.monotonic() + BOUND_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def shared(postgres, monkeypatch):
    monkeypatch.setattr(sharing, "_HANGS_S", 0.5)
    monkeypatch.setattr(sharing, "_TICK_S", 0.05)
    monkeypatch.setattr(keeper, "CALL_S", BOUND_S)
    url = make_url(postgres.database()).set(drivername="postgresql+psycopg")
    store = SimpleNamespace(url=url, worker="a", fenced_by=lambda token: None, known=list)
    thread = LoopThread()
    found = sharing.Sharing(store, thread, lambda event: None, only_mqtt=False, own_broker=False)
    found.start(Desk(), None)
    yield SimpleNamespace(sharing=found, loop=thread.loop)
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
