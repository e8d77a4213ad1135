# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The end of a central system: every charger is told, whatever fails, unless another process goes on."""

import pytest
from chargerctl.central.books.interface import BooksError
from chargerctl.central.service.goodbye import say_goodbye


class Desk:
    def __init__(self, error=None):
        self.error = error

    def close(self, last):
        self.last = last
        if self.error:
            raise self.error


class Side:
    announced = ("here",)

    def __init__(self):
        self.told = {}

    def announce(self, serials, online):
        self.told |= dict.fromkeys(serials, online)


class Store:
    def __init__(self, error=None):
        self.error = error

    def known(self):
        if self.error:
            raise self.error
        return ["here", "away"]


class Sharing:
    """goes_on: whether another process lives that shares the chargers."""

    def __init__(self, goes_on):
        self._goes_on = goes_on
        self.done = []

    def retire(self):
        self.done.append("retires")

    def leave(self):
        self.done.append("leaves")
        return self._goes_on


def test_all_are_told_though_the_desk_fails():
    side = Side()
    with pytest.raises(KeyError):
        say_goodbye(Desk(KeyError("a bug")), side, Store(), print, None)
    assert side.told == {"here": False, "away": False}


def test_those_that_were_here_are_told_without_books():
    side, events = Side(), []
    say_goodbye(Desk(), side, Store(BooksError("gone")), events.append, None)
    assert side.told == {"here": False}
    assert "gone" in events[0].text


@pytest.mark.parametrize(("goes_on", "told"), [(True, {}), (False, {"here": False, "away": False})])
def test_of_several_processes_the_last_one_tells_them(goes_on, told):
    desk, side = Desk(), Side()
    say_goodbye(desk, side, Store(), print, Sharing(goes_on))
    assert side.told == told
    assert not desk.last


def test_it_takes_no_more_chargers_while_the_desk_finishes():
    shared, desk = Sharing(goes_on=True), Desk()
    desk.close = lambda last: shared.done.append("the desk finishes")
    say_goodbye(desk, Side(), Store(), print, shared)
    assert shared.done == ["retires", "the desk finishes", "leaves"]
