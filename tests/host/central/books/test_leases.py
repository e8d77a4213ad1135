# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Books of a process that speaks to chargers by leases: what it writes is kept while it has them."""

import time

import pytest
from chargerctl.central.books import calls
from chargerctl.central.books.interface import FencedError
from chargerctl.central.books.queries.chargers import all_chargers
from chargerctl.central.books.queries.totals import workers_now
from chargerctl.central.books.store import open_books
from chargerctl.central.books.tables import chargers, frames
from chargerctl.central.books.workers import REALM, count_living
from chargerctl.leases.fence import Token
from chargerctl.leases.postgres import PostgresRegister

from tests.host.central.books.charger import NOW, Charger, rows


class Worker:
    """Books with a lease. token None: as if it had none."""

    def __init__(self, url):
        self.books = open_books(url)
        self.register = PostgresRegister(self.books.url, REALM)
        self.token = None
        self.join()
        self.books.fenced_by(lambda: self.token)

    def join(self):
        self.token = Token(REALM, self.books.worker, self.register.join(self.books.worker, takes=True))

    def claim(self, *serials):
        return self.register.claim(self.books.worker, serials)

    def given_out(self):
        with self.books.unit() as unit:
            return [each.serial for each in unit.waiting_calls(NOW)]

    def close(self):
        self.books.close()
        self.register.close()


def _lose(first, second, unit):
    unit.frame("GA001", False, "[2]", NOW)
    second.register.take(second.books.worker, ["GA001"])


@pytest.fixture
def pair(postgres):
    """Two of them, on the same books, which have GA001 and GA002."""
    url = postgres.database()
    found = [Worker(url), Worker(url)]
    for serial in ("GA001", "GA002"):
        Charger(found[0].books, serial).boot()
    yield found
    for each in found:
        each.close()


def test_a_unit_is_kept_while_its_worker_has_what_it_had(pair):
    first, second = pair
    first.claim("GA001")
    second.claim("GA002")
    first.register.renew(first.books.worker, takes=True)
    before = len(rows(first.books, frames, "text"))
    with first.books.unit() as unit:
        unit.frame("GA001", False, "[2]", NOW)
    assert len(rows(first.books, frames, "text")) == before + 1


def test_nothing_is_kept_of_a_unit_whose_worker_has_lost_a_charger_meanwhile(pair):
    first, second = pair
    first.claim("GA001")
    before = len(rows(first.books, frames, "text"))
    with pytest.raises(FencedError), first.books.unit() as unit:
        _lose(first, second, unit)
    assert len(rows(first.books, frames, "text")) == before


def test_nothing_is_kept_of_a_unit_whose_worker_has_no_lease_any_more(pair):
    first, _ = pair
    first.register.leave(first.books.worker)
    with pytest.raises(FencedError), first.books.unit() as unit:
        unit.frame("GA001", False, "[2]", NOW)


def test_nothing_of_a_charger_is_written_in_a_unit_that_has_begun_without_a_lease(pair):
    """The worker may have one by now."""
    first, _ = pair
    first.token = None
    with first.books.unit() as unit:
        first.join()
        with pytest.raises(FencedError):
            unit.needs_lease()


def test_each_worker_is_given_the_calls_for_its_own_chargers(pair):
    first, second = pair
    first.claim("GA001")
    second.claim("GA002")
    with first.books.writing() as connection:
        for serial in ("GA001", "GA002"):
            calls.ask(connection, serial, "Reset", {"type": "Soft"}, 30.0, NOW)
    assert (first.given_out(), second.given_out()) == (["GA001"], ["GA002"])


def test_a_worker_without_a_lease_is_given_no_calls(pair):
    first, _ = pair
    first.claim("GA001")
    with first.books.writing() as connection:
        calls.ask(connection, "GA001", "Reset", {"type": "Soft"}, 30.0, NOW)
    first.token = None
    assert first.given_out() == []


def test_that_a_worker_works_does_not_revive_its_lease(pair):
    first, second = pair
    first.register.leave(first.books.worker)
    first.token = None
    with first.books.unit() as unit:
        unit.working(NOW)
    standing = second.register.renew(second.books.worker, takes=True)
    assert standing.living == (second.books.worker,)


@pytest.mark.parametrize("ahead_s", [-86_400.0, 0.0, 86_400.0])
def test_who_works_is_known_whatever_the_date_is_where_one_asks(pair, ahead_s):
    first, second = pair
    here = time.time() + ahead_s
    assert second.books.others(here) == [first.books.worker]
    first.register.leave(first.books.worker)
    assert second.books.others(here) == []
    with second.books.reading() as connection:
        assert count_living(connection, here) == 1


def test_what_a_worker_was_connected_to_that_has_ended_is_connected_no_more(pair):
    first, second = pair
    with first.books.unit() as unit:
        unit.connected("GA001", "mqtt", NOW)
    first.register.leave(first.books.worker)
    with second.books.unit() as unit:
        unit.working(NOW)
    assert rows(second.books, chargers, "serial", "transport") == [("GA001", None), ("GA002", None)]


def test_who_speaks_to_a_charger_is_told(pair):
    first, second = pair
    with first.books.unit() as unit:
        unit.connected("GA001", "mqtt", NOW)
    with second.books.reading() as connection:
        now = max(each.last_seen for each in workers_now(connection, NOW))
        (charger,) = all_chargers(connection, now, "GA001")
    assert charger.worker == first.books.worker


def test_the_chargers_of_a_worker_are_counted_by_its_lease(pair):
    first, second = pair
    first.claim("GA001", "GA002", "GA003")
    with second.books.reading() as connection:
        found = {each.name: each.chargers for each in workers_now(connection, NOW)}
    assert found == {first.books.worker: 3, second.books.worker: 0}
