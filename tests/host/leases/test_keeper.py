# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A share kept by its threads, with a real PostgreSQL that can be cut off."""

import os
import threading
from contextlib import ExitStack

import pytest
from chargerctl.leases.keeper import Keeper
from chargerctl.leases.postgres import PostgresRegister
from chargerctl.leases.share import Share
from sqlalchemy import create_engine, make_url, text

from tests.tcp_gate import TcpGate

BOUND_S = 60
_SLOW = (
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.1); RETURN NEW; END'",
    "CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON lease_workers FOR EACH ROW EXECUTE FUNCTION slow()",
    "CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON lease_chargers FOR EACH ROW EXECUTE FUNCTION slow()",
)


class Holder:
    def __init__(self):
        self.changed = threading.Condition()
        self.mine = set()
        self.has_lost = False

    def gained(self, chargers):
        with self.changed:
            self.mine |= set(chargers)
            self.changed.notify_all()

    def lost(self, serials, still_ours):
        with self.changed:
            self.mine -= set(serials)
            self.has_lost = True
            self.changed.notify_all()

    def give_up(self, serials):
        pass

    def is_well(self):
        return True

    def wait_for(self, serials):
        with self.changed:
            assert self.changed.wait_for(lambda: self.mine == set(serials), BOUND_S)


@pytest.fixture
def gate(postgres):
    with TcpGate(postgres.port) as found:
        yield found


@pytest.fixture
def kept(gate, postgres):
    """kept(gate port) -> (share, its holder, its keeper), which are closed at the end."""
    open_ones = []
    url = make_url(postgres.database()).set(drivername="postgresql+psycopg")

    def make(port=None):
        register = PostgresRegister(url.set(port=port or url.port), "central")
        holder = Holder()
        share = Share(register, f"worker-{len(open_ones)}", holder, lambda event: None)
        keeper = Keeper(share, register)
        keeper.start()
        open_ones.append(keeper)
        return share, holder, keeper

    make.url = url
    yield make
    for keeper in open_ones:
        keeper.close()
        assert keeper.failure is None


def test_a_charger_is_claimed_at_once(kept):
    share, holder, _ = kept()
    share.want(["GA001"])
    holder.wait_for(["GA001"])
    assert share.holds("GA001")


def test_one_that_is_cut_off_has_let_go_when_another_one_takes_over(kept, gate):
    first, had, _ = kept(gate.port)
    first.want(["GA001"])
    had.wait_for(["GA001"])
    gate.shut()
    second, has, _ = kept()
    second.want(["GA001"])
    has.wait_for(["GA001"])
    assert not first.holds("GA001")
    # Its program is told, too: sooner than the other one's, but for threads that a busy machine lets wait.
    had.wait_for([])
    gate.open()


def test_a_database_that_takes_a_second_for_each_answer_is_slow_and_not_gone(kept):
    first, had, _ = kept()
    first.want(["GA001"])
    had.wait_for(["GA001"])
    database = create_engine(kept.url)
    with database.begin() as connection:
        for statement in _SLOW:
            connection.execute(text(statement))
    second, has, _ = kept()
    second.want(["GA002"])
    has.wait_for(["GA002"])
    assert not had.has_lost
    with database.begin() as connection:
        for table in ("lease_workers", "lease_chargers"):
            connection.execute(text(f"DROP TRIGGER slow ON {table}"))
    database.dispose()


def test_it_waits_on_any_descriptor(kept, postgres):
    """Of a process with a thousand WebSockets the connection may have any number."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "so many descriptors are not allowed here"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(1100):
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        share, holder, keeper = kept()
        for serial in ("GA001", "GA002"):
            share.want([serial])
            holder.wait_for(sorted({*holder.mine, serial}))
        assert keeper.failure is None


def test_a_charger_can_be_taken_from_a_worker_that_lives(kept):
    first, had, _ = kept()
    second, _, _ = kept()
    first.want(["GA001"])
    had.wait_for(["GA001"])
    assert second.take("GA001").result(BOUND_S)
    had.wait_for([])
    assert second.holds("GA001")
