# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is shown, followed once for all viewers."""

import pytest
from chargerctl.central.live.state import State
from chargerctl.central.live.watch import Change
from chargerctl.central.web.chargers.feed import ALL, Feed

NOW = 1_795_332_600.0


class Books:
    """A watch, whose changes come from the test."""

    def __init__(self):
        self.subscribers = []

    def subscribe(self, on_change):
        self.subscribers.append(on_change)
        return lambda: self.subscribers.remove(on_change)


def state(serial, name="", known=True, last_seen=NOW):
    return State(serial, name, known, True, "mqtt", last_seen, "Accepted", "", "", "", (), ())


def change(*states, gone=(), error=""):
    return Change({each.serial: each for each in states}, frozenset(gone), error)


class Viewer:
    def __init__(self, feed, after=""):
        self.puts = []
        self.leave = feed.subscribe(after, lambda keys: self.puts.append(list(keys)))

    def last(self):
        taken, self.puts = self.puts, []
        return taken


@pytest.fixture
def watch():
    return Books()


@pytest.fixture
def rendered():
    return []


@pytest.fixture
def feed(watch, rendered):
    def render(state, may_change):
        rendered.append((state.serial, may_change))
        return f"{state.serial} {state.name} {may_change}"

    return Feed(watch, lambda: NOW, render)


def test_the_watch_is_followed_once_for_all_viewers_and_not_without_any(feed, watch):
    first, second = Viewer(feed), Viewer(feed)
    assert len(watch.subscribers) == 1
    first.leave()
    assert len(watch.subscribers) == 1
    second.leave()
    assert watch.subscribers == []
    Viewer(feed)
    assert len(watch.subscribers) == 1


def test_a_viewer_is_told_of_what_its_page_does_not_have(feed, watch):
    first = Viewer(feed)
    assert first.last() == [[ALL]]
    assert feed.serials() is None
    watch.subscribers[0](change(state("a"), state("b")))
    assert first.last() == [[ALL, "a", "b"]]
    position = feed.position()
    watch.subscribers[0](change(state("b", "new")))
    assert first.last() == [["b"]]
    assert Viewer(feed, position).last() == [[ALL, "b"]]
    assert Viewer(feed, feed.position()).last() == [[ALL]]
    assert Viewer(feed, "of another process-99").last() == [[ALL, "a", "b"]]


def test_each_tile_is_rendered_once_for_all_who_may_do_the_same(feed, watch, rendered):
    Viewer(feed)
    watch.subscribers[0](change(state("a"), state("b")))
    assert feed.tiles(["a", "b", "gone", ALL], True) == ["a  True", "b  True"]
    assert feed.tiles(["a"], True) == ["a  True"]
    assert feed.tiles(["a"], False) == ["a  False"]
    assert rendered == [("a", True), ("b", True), ("a", False)]
    watch.subscribers[0](change(state("a", "new")))
    assert feed.tiles(["a"], True) == ["a new True"]


def test_what_has_gone_while_nobody_looked_is_gone(feed, watch):
    first = Viewer(feed)
    watch.subscribers[0](change(state("a"), state("b")))
    first.leave()
    second = Viewer(feed, feed.position())
    second.last()
    watch.subscribers[0](change(state("b")))
    assert second.last() == [[ALL]]
    assert feed.serials() == ["b"]


def test_what_comes_late_of_an_earlier_subscription_does_not_count(feed, watch):
    first = Viewer(feed)
    [late] = watch.subscribers
    first.leave()
    Viewer(feed)
    watch.subscribers[0](change(state("a", "new")))
    late(change(state("a", "old")))
    assert feed.tiles(["a"], True) == ["a new True"]


def test_books_that_cannot_be_read_take_no_charger_away(feed, watch):
    first = Viewer(feed)
    watch.subscribers[0](change(state("a")))
    first.leave()
    second = Viewer(feed)
    second.last()
    watch.subscribers[0](change(error="gone"))
    assert second.last() == [[ALL]]
    assert (feed.error(), feed.serials(), len(feed.states())) == ("gone", None, 1)
    watch.subscribers[0](change(state("a")))
    assert second.last() == [[ALL]]
    assert (feed.error(), feed.serials()) == ("", ["a"])


def test_strangers_are_shown_for_a_day_and_those_that_are_removed_are_gone(feed, watch):
    viewer = Viewer(feed)
    asks, old = state("a", known=False), state("b", known=False, last_seen=NOW - 90_000)
    watch.subscribers[0](change(asks, old, state("c", last_seen=NOW - 90_000)))
    assert feed.serials() == ["a", "c"]
    viewer.last()
    watch.subscribers[0](change(state("c", known=False, last_seen=NOW - 90_000)))
    assert viewer.last() == [[ALL]]
    assert feed.serials() == ["a"]
