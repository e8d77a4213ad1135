# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The sums over the whole books that metrics are made of."""

from __future__ import annotations

import time

from chargerctl.central.books import calls, owner
from chargerctl.central.books.queries.totals import Totals, open_calls, totals, workers_now

from tests.host.central.books.charger import NOW, Charger


def read(books, query, *arguments):
    with books.reading() as connection:
        return query(connection, *arguments)


def test_sessions_and_energy_are_summed_for_each_charger_in_the_order_they_came(books):
    second, first = Charger(books, "Z-1"), Charger(books, "A-1")
    second.stop(second.start())
    first.stop(first.start(), meterStop=1300)
    first.start(timestamp="2026-11-22T09:30:00Z", meterStart=1300)
    assert read(books, totals) == [Totals("Z-1", 1, 1, 1500), Totals("A-1", 2, 1, 300)]


def test_a_known_charger_without_a_session_counts_zero(books):
    with books.writing() as connection:
        owner.add_charger(connection, "new", NOW)
    assert read(books, totals) == [Totals("new", 0, 0, 0)]


def test_a_meter_that_ran_backwards_takes_nothing_away(books):
    charger = Charger(books)
    charger.stop(charger.start())
    charger.stop(charger.start(timestamp="2026-11-22T09:30:00Z"), meterStop=0)
    assert read(books, totals) == [Totals("GA001", 2, 2, 1500)]


def test_a_session_that_was_given_up_has_ended_and_stays_so_when_its_stop_comes(books):
    charger = Charger(books)
    number = charger.start()
    with books.writing() as connection:
        owner.close_session(connection, number, NOW)
    charger.meter("1700", transaction=number)
    assert read(books, totals) == [Totals("GA001", 1, 1, 700)]
    charger.stop(number)
    assert read(books, totals) == [Totals("GA001", 1, 1, 1500)]


def test_calls_that_have_not_ended_are_counted_by_state(books):
    Charger(books).boot()
    with books.writing() as connection:
        for _ in range(3):
            calls.ask(connection, "GA001", "ClearCache", {}, 30, NOW)
    with books.unit() as unit:
        [first, *_] = unit.waiting_calls(NOW)
        unit.charger("GA001").sending(first.id, NOW)
    assert read(books, open_calls) == {"sent": 1, "taken": 2}


def test_workers_are_told_with_their_last_sign_of_life_and_their_chargers(opened):
    old, books = opened(worker="old"), opened(worker="works")
    # By the date of PostgreSQL, however slow the computer is.
    now = float(int(time.time())) + 3600
    with old.unit() as unit:
        unit.working(now - 7200)
    with books.unit() as unit:
        unit.charger("GA001").registered()
        unit.working(now)
    Charger(books).boot()
    with books.unit() as unit:
        unit.connected("GA001", "mqtt", now)
    found = read(books, workers_now, now + 1)
    assert [(each.name, each.last_seen, each.lives, each.chargers) for each in found] == [
        ("old", now - 7200, False, 0),
        ("works", now, True, 1),
    ]


def test_a_charger_that_lies_breaks_nothing(books):
    """2^62 Wh each: the sum does not fit into 64 bits."""
    charger = Charger(books)
    for hour in (9, 10, 11):
        number = charger.start(timestamp=f"2026-11-22T{hour:02}:30:00Z", meterStart=0)
        charger.stop(number, meterStop=2**62)
    [found] = read(books, totals)
    assert found.energy_wh == 3 * 2**62


def test_who_comes_or_goes_moves_nobody_who_has_a_session(books):
    with books.writing() as connection:
        for serial in ("GA001", "GA002", "GA003"):
            owner.add_charger(connection, serial, NOW)
    third = Charger(books, "GA003")
    third.stop(third.start())
    assert [each.serial for each in read(books, totals)] == ["GA003", "GA001", "GA002"]
    second = Charger(books, "GA002")
    second.stop(second.start())
    assert [each.serial for each in read(books, totals)] == ["GA003", "GA002", "GA001"]
    with books.writing() as connection:
        owner.remove_charger(connection, "GA001")
        owner.remove_charger(connection, "GA003")
    assert [each.serial for each in read(books, totals)] == ["GA003", "GA002"]
