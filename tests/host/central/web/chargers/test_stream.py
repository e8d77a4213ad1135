# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the stream of the overview sends: what has changed, to each viewer what its page does not have."""

import json
import re
import time
from contextlib import contextmanager

import httpx2 as httpx
import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import BooksError

from tests.host.central.books.charger import NOW
from tests.host.central.web.chargers.conftest import text
from tests.host.web.conftest import serve  # noqa: F401

BOUND_S = 60


@pytest.fixture
def served(app, parts, serve):  # noqa: F811
    return serve(app, parts.streams.close)


class Viewer:
    """A page, as a browser has it: tiles by serial."""

    def __init__(self, url, served):
        self.tiles = {}
        self.events = []
        self._lines = None
        html = httpx.get(served.url, timeout=BOUND_S).text
        self.html = html
        self.stream = url or served.url + re.search('data-stream="([^"]*)"', html)[1]

    @contextmanager
    def looking(self):
        with httpx.stream("GET", self.stream, timeout=BOUND_S) as answer:
            self._lines = answer.iter_lines()
            yield self

    def next(self):
        """The next event: the tiles that it has, by serial."""
        for line in self._lines:
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                self.events.append(event)
                return {re.search('id="charger-([^"]*)"', each)[1]: each for each in event["tiles"]}
        raise AssertionError("the stream has ended")

    def until(self, serial):
        """The tile of this charger, when it comes."""
        while True:
            tiles = self.next()
            if serial in tiles:
                return tiles[serial]

    def until_error(self, error):
        while not self.events or self.events[-1]["error"] != error:
            self.next()


@pytest.fixture
def viewer(served):
    """viewer() loads the page, and looks at it."""
    return lambda url="": Viewer(url, served)


def test_a_tile_comes_when_its_charger_has_changed(site, viewer):
    charger = site.charger("GA001", "Available")
    site.charger("GA002", "Available")
    with viewer().looking() as page:
        page.until("GA001")
        site.status(charger, "Charging")
        tiles = page.next()
        assert list(tiles) == ["GA001"]
        assert "Charging" in text(tiles["GA001"])
        assert "Charging 1 Available 1" in text(page.events[-1]["sums"])


def test_a_page_that_was_loaded_while_others_look_gets_only_what_has_changed_since(site, viewer):
    charger = site.charger("GA001", "Available")
    site.charger("GA002", "Available")
    with viewer().looking() as first:
        first.until("GA001")
        second = viewer()
        with second.looking():
            assert second.next() == {}
            assert second.events[-1]["serials"] == ["GA001", "GA002"]
        site.status(charger, "Charging")
        first.until("GA001")
        # Connection lost, and found again.
        with second.looking():
            assert list(second.next()) == ["GA001"]


def test_the_position_of_another_process_or_nonsense_is_none(site, viewer, served):
    site.charger("GA001", "Available")
    with viewer().looking() as first:
        first.until("GA001")
        for after in ("", "0000-0", "x-y", "x" * 5000, "0-" + "9" * 100):
            with viewer(f"{served.url}/stream?after={after}").looking() as late:
                assert list(late.next()) == ["GA001"]


def test_one_that_comes_and_one_that_goes_are_told(site, books, viewer):
    site.charger("GA001", "Available")
    with viewer().looking() as page:
        page.until("GA001")
        site.charger("GA002", "Available")
        page.until("GA002")
        serials = [each["serials"] for each in page.events if "serials" in each]
        assert serials[-1] == ["GA001", "GA002"]
        with books.writing() as connection:
            owner.remove_charger(connection, "GA001")
            owner.change_charger(connection, "GA001", last_seen=NOW - 90_000)
        while page.next() or page.events[-1].get("serials") != ["GA002"]:
            pass


def test_books_that_cannot_be_read_are_told_and_when_they_can_again(site, books, viewer, parts, monkeypatch):
    site.charger("GA001", "Available")
    reading = books.reading

    def fail():
        raise BooksError("the disk is gone\u202e")

    with viewer().looking() as page:
        page.until("GA001")
        monkeypatch.setattr(books, "reading", fail)
        parts.watch.look()
        page.until_error(r"the disk is gone\u202e")
        monkeypatch.setattr(books, "reading", reading)
        parts.watch.look()
        page.until_error("")
        assert page.html.count('id="books"') == 1


def test_the_books_are_not_read_when_nobody_looks(site, books, viewer, monkeypatch):
    site.charger("GA001", "Available")
    with viewer().looking() as page:
        page.until("GA001")
    read = []
    reading = books.reading
    monkeypatch.setattr(books, "reading", lambda: read.append(1) or reading())
    end = time.monotonic() + BOUND_S
    while time.monotonic() < end:  # the server notices soon that the viewer has gone
        read.clear()
        time.sleep(0.6)  # longer than the pause between two
        if not read:
            return
    raise AssertionError("the books are read still")


def test_when_200_chargers_change_their_tiles_come_together(site, viewer):
    serials = [f"GA{number:03}" for number in range(200)]
    with site.books.writing() as connection:
        for serial in serials:
            owner.add_charger(connection, serial, NOW)
    with viewer().looking() as page:
        seen = set()
        while seen < set(serials):
            seen |= page.next().keys()
        with site.books.unit() as unit:
            for serial in serials:
                unit.connected(serial, "mqtt", NOW)
        before = len(page.events)
        assert sorted(page.next()) == serials
        assert len(page.events) == before + 1
