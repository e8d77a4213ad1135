# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The log of a central system or a bridge stays short, and complete in what matters."""

import pytest
from chargerctl.events.event import Event
from chargerctl.events.sparing import CHARGERS, STRANGERS, WINDOW_S, Sparing


class Log:
    def __init__(self):
        self.now = 0.0
        self.lines = []
        self.sparing = Sparing(lambda event: self.lines.append(event), clock=lambda: self.now)

    def knock(self, serial, what="unknown", times=1, **details):
        for _ in range(times):
            self.sparing(Event(what, f"{serial} knocks", serial, details))


@pytest.fixture
def log():
    return Log()


def test_one_charger_that_knocks_all_day_does_not_hide_another(log):
    log.knock("CP1", times=1000)
    log.knock("CP2")
    assert [event.serial for event in log.lines] == ["CP1"] * STRANGERS.of_one + ["CP2"]


def test_any_number_of_names_gives_a_few_lines(log):
    for number in range(10_000):
        log.knock(f"CP{number}")
    assert len(log.lines) == STRANGERS.of_kind
    log.knock("CP1", what="password")
    assert len(log.lines) == STRANGERS.of_kind + 1
    assert len(log.sparing._of_one) <= STRANGERS.of_kind + 1


def test_what_chargers_do_all_day_has_more_room(log):
    log.knock("CP1", "status", times=1000)
    assert len(log.lines) == CHARGERS.of_one
    for number in range(10_000):
        log.knock(f"CP{number}", "status")
    assert len(log.lines) == CHARGERS.of_kind


def test_what_we_do_ourselves_is_always_told(log):
    log.knock("", "broker", times=1000)
    log.knock("", "books", times=1000)
    assert len(log.lines) == 2000


@pytest.mark.parametrize(
    "what", ["start", "stop", "call", "message", "dropped", "bug", "refused", "hostile", "flood", "new"]
)
def test_nothing_that_a_charger_can_cause_fills_the_log(log, what):
    """Also what a later version tells, and nobody has thought about."""
    for _ in range(1000):
        log.knock("CP1", what)
    assert len(log.lines) <= CHARGERS.of_one


def test_how_many_were_left_out_is_told_with_the_first_line_after(log):
    log.knock("CP1", times=100)
    log.knock("CP1", "password", times=3)
    log.knock("CP2", "password", times=4)
    log.now = WINDOW_S
    log.knock("CP3")
    told = [(event.what, event.serial, event.text) for event in log.lines[-3:]]
    assert told == [
        ("left_out", "CP1", "98 more of this kind were not logged: unknown"),
        ("left_out", "", "3 more of this kind were not logged: password"),
        ("unknown", "CP3", "CP3 knocks"),
    ]
    assert log.lines[-3].details == {"kind": "unknown", "count": 98}
    log.now += WINDOW_S
    log.knock("CP1")
    assert log.lines[-1].text == "CP1 knocks", "it is told once"


def test_it_is_told_without_another_event_too(log):
    log.knock("CP1", times=STRANGERS.of_one + 1)
    log.sparing.sweep()
    assert log.lines[-1].text == "1 more of this kind were not logged: unknown"
    log.knock("CP1")
    assert log.lines[-1].what == "unknown", "a new window has begun"


def test_without_a_name_the_address_counts(log):
    for number in range(10):
        log.knock("", "handshake", address=f"192.0.2.{number % 2}")
    assert len(log.lines) == 2 * STRANGERS.of_one


def test_without_name_and_address_it_has_the_room_of_its_kind(log):
    log.knock("", "refused", times=100)
    assert len(log.lines) == STRANGERS.of_kind
