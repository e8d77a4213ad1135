# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Subscribers hear of what any process has written to the books."""

import queue
import threading
import time

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.tables import chargers
from chargerctl.central.live.state import State
from chargerctl.central.live.watch import Change, Watch
from sqlalchemy import delete, update

from tests.host.central.books.charger import NOW, Charger, call

BOUND_S = 60


class Heard:
    """A subscriber."""

    def __init__(self):
        self.changes = queue.Queue()
        self.threads = set()

    def __call__(self, change):
        self.threads.add(threading.current_thread())
        self.changes.put(change)

    def next(self):
        return self.changes.get(timeout=BOUND_S)

    def nothing(self):
        return self.changes.empty()


@pytest.fixture
def kind():
    """It asks the same of either database; test_read.py has both."""
    return "sqlite"


@pytest.fixture
def watch(books):
    made = Watch(books, lambda: NOW)
    yield made
    made.close()


def name(books, serial, text):
    with books.writing() as connection:
        owner.add_charger(connection, serial, NOW, name=text)


def names(change):
    return {serial: each.name for serial, each in change.states.items()}


def test_a_subscriber_gets_all_chargers_and_then_what_another_process_has_changed(books, opened, watch):
    name(books, "GA001", "Hall")
    name(books, "GA002", "Yard")
    heard = Heard()
    watch.subscribe(heard)
    assert names(heard.next()) == {"GA001": "Hall", "GA002": "Yard"}
    other = opened()
    name(other, "GA002", "Garden")
    assert names(heard.next()) == {"GA002": "Garden"}
    name(other, "GA003", "Attic")
    assert names(heard.next()) == {"GA003": "Attic"}


def test_a_charger_that_is_gone_is_reported(books, watch):
    with books.unit() as unit:
        unit.connected("GA001", "mqtt", NOW)
    heard = Heard()
    watch.subscribe(heard)
    heard.next()
    with books.writing() as connection:
        connection.execute(delete(chargers))
    assert heard.next() == Change(gone=frozenset({"GA001"}))


def test_whoever_subscribes_later_gets_all_at_once_and_the_others_nothing(books, watch):
    name(books, "GA001", "Hall")
    first, second = Heard(), Heard()
    watch.subscribe(first)
    first.next()
    watch.subscribe(second)
    assert names(second.next()) == {"GA001": "Hall"}
    watch.look()
    assert first.nothing()
    assert second.nothing()


def test_books_without_chargers_are_reported_too(books, watch):
    heard = Heard()
    watch.subscribe(heard)
    assert heard.next() == Change()


def test_nothing_comes_after_the_end(books, watch):
    first, second = Heard(), Heard()
    end = watch.subscribe(first)
    watch.subscribe(second)
    first.next()
    second.next()
    end()
    name(books, "GA001", "Hall")
    second.next()
    assert first.nothing()
    end()


def test_the_books_are_read_only_while_somebody_subscribes(books, watch, monkeypatch):
    read = []
    reading = books.reading
    monkeypatch.setattr(books, "reading", lambda: read.append(1) or reading())
    assert not read
    heard = Heard()
    end = watch.subscribe(heard)
    heard.next()
    end()
    watch.look()  # waits for one that is on its way
    before = len(read)
    time.sleep(0.6)  # longer than the pause between two
    assert len(read) == before
    name(books, "GA001", "Hall")
    again = Heard()
    watch.subscribe(again)
    assert names(again.next()) == {"GA001": "Hall"}


def test_books_that_have_not_changed_are_not_read_again(books, watch, monkeypatch):
    read = []
    reading = books.reading
    name(books, "GA001", "Hall")
    heard = Heard()
    watch.subscribe(heard)
    heard.next()
    watch.look()  # waits for one that is on its way
    monkeypatch.setattr(books, "reading", lambda: read.append(1) or reading())
    for _ in range(20):
        watch.look()
    assert len(read) <= 1  # as seconds may have gone by
    name(books, "GA001", "Yard")
    watch.look()
    assert names(heard.next()) == {"GA001": "Yard"}
    # Nor do they have to change for somebody who comes after all had gone.
    later = Heard()
    watch.subscribe(later)
    assert names(later.next()) == {"GA001": "Yard"}


def test_a_slow_subscriber_holds_up_nobody_and_gets_what_it_has_missed_in_one(books, watch):
    at_work, go_on = threading.Event(), threading.Event()
    slow, quick = Heard(), Heard()

    def wait(change):
        at_work.set()
        assert go_on.wait(BOUND_S)
        slow(change)

    watch.subscribe(wait)
    assert at_work.wait(BOUND_S)
    watch.subscribe(quick)
    quick.next()
    for text in ("Hall", "Yard", "Garden"):
        name(books, "GA001", text)
        watch.look()
        assert names(quick.next()) == {"GA001": text}
    go_on.set()
    assert slow.next() == Change()
    assert names(slow.next()) == {"GA001": "Garden"}


def test_books_that_cannot_be_read_are_reported_once_and_when_they_can_again(books, watch, monkeypatch):
    name(books, "GA001", "Hall")
    heard = Heard()
    watch.subscribe(heard)
    heard.next()
    reading = books.reading

    def fail():
        raise BooksError("the disk is gone")

    # Of books that are there, and have not changed, nobody notices for seconds that they cannot be read.
    version = books.version
    monkeypatch.setattr(books, "version", fail)
    monkeypatch.setattr(books, "reading", fail)
    watch.look()
    watch.look()
    assert heard.next() == Change(error="the disk is gone")
    later = Heard()
    watch.subscribe(later)
    known = later.next()
    assert (known.error, names(known)) == ("the disk is gone", {"GA001": "Hall"})
    monkeypatch.setattr(books, "version", version)
    monkeypatch.setattr(books, "reading", reading)
    watch.look()
    assert heard.next() == Change()
    assert later.next() == Change()
    assert heard.nothing()


def test_a_bug_in_reading_is_shown_and_told_once_and_it_goes_on(books):
    """Of a row that no program of ours writes."""
    told = []
    watch = Watch(books, lambda: NOW, told.append)

    def boot(text):
        with books.writing() as connection:
            connection.execute(update(chargers).values(boot=text))
        watch.look()

    try:
        name(books, "GA001", "Hall")
        heard = Heard()
        watch.subscribe(heard)
        heard.next()
        boot("[1]")
        error = heard.next().error
        assert error.startswith(
            "reading the chargers' states: a bug in chargerctl, please report it: Attribute"
        )
        watch.look()
        boot('{"chargePointModel": "new"}')
        change = heard.next()
        assert (change.error, change.states["GA001"].model) == ("", "new")
        assert [(each.what, each.text) for each in told] == [("bug", error)]
    finally:
        watch.close()


def test_a_subscriber_that_fails_gets_the_next_change(books):
    told = []
    watch = Watch(books, lambda: NOW, told.append)
    heard = Heard()

    def take(change):
        heard(change)
        raise KeyError("x")

    try:
        watch.subscribe(take)
        heard.next()
        name(books, "GA001", "Hall")
        assert names(heard.next()) == {"GA001": "Hall"}
    finally:
        watch.close()
    assert "a bug in chargerctl, please report it: KeyError" in told[0].text


def test_a_subscriber_may_end_from_within(books, watch):
    heard = Heard()
    ends = []

    def once(change):
        ends[0]()
        heard(change)

    ends.append(watch.subscribe(once))
    heard.next()
    name(books, "GA001", "Hall")
    watch.look()
    assert heard.nothing()


def state(serial, text=""):
    return State(serial, text, True, True, "", None, "", "", "", "", (), ())


def test_changes_gather_into_one():
    a, b, b2, c = state("a"), state("b"), state("b", "new"), state("c")
    first = Change({"a": a, "b": b}, frozenset({"c", "d"}), "lost")
    assert first.then(Change({"b": b2, "c": c}, frozenset({"a"}))) == Change(
        {"b": b2, "c": c}, frozenset({"a", "d"}), ""
    )


def test_a_change_among_200_chargers_is_heard_soon(books, opened):
    """Within a second on an idle machine: of that, the pause between two looks takes 0.4 s."""
    watch = Watch(books)
    try:
        with books.unit() as unit:
            for number in range(200):
                told = {"connectorId": 1, "status": "Charging", "errorCode": "NoError"}
                call(unit, f"GA{number}", "StatusNotification", told)
                start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-11-22T07:30:00Z"}
                call(unit, f"GA{number}", "StartTransaction", start)
        heard = Heard()
        watch.subscribe(heard)
        assert len(heard.next().states) == 200
        began = time.thread_time()
        watch.look()
        assert time.thread_time() - began < 0.2
        Charger(opened(), "GA77").call(
            "StatusNotification", {"connectorId": 1, "status": "SuspendedEV", "errorCode": "NoError"}
        )
        assert heard.next().states["GA77"].status == "SuspendedEV"
    finally:
        watch.close()
