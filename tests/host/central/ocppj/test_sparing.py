# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The log of the WebSocket server stays short, and complete in what matters."""

import pytest
from chargerctl.central.ocppj.sparing import LINES, LINES_OF_ONE, WINDOW_S, SparingTell
from chargerctl.events.event import Event


class Log:
    def __init__(self):
        self.now = 0.0
        self.lines = []
        self.tell = SparingTell(lambda event: self.lines.append(event), clock=lambda: self.now)

    def knock(self, serial, what="unknown", times=1):
        for _ in range(times):
            self.tell(Event(what, f"{serial} knocks", serial))


@pytest.fixture
def log():
    return Log()


def test_one_charger_that_knocks_all_day_does_not_hide_another(log):
    log.knock("CP1", times=1000)
    log.knock("CP2")
    assert [event.serial for event in log.lines] == ["CP1"] * LINES_OF_ONE + ["CP2"]


def test_any_number_of_names_gives_a_few_lines(log):
    for number in range(10_000):
        log.knock(f"CP{number}")
    assert len(log.lines) == LINES
    log.knock("CP1", what="password")
    assert len(log.lines) == LINES + 1


def test_how_many_were_left_out_is_told_with_the_first_line_after(log):
    log.knock("CP1", times=100)
    log.knock("CP2", "password")
    log.now = WINDOW_S
    log.knock("CP2", "password")
    assert log.lines[-1].text == "CP2 knocks"
    log.knock("CP1")
    assert log.lines[-1].text == "CP1 knocks (98 more of this kind were not logged)"
    assert log.lines[-1].details == {"not_logged": 98}
    log.knock("CP3")
    assert log.lines[-1].text == "CP3 knocks"


def test_without_a_name_the_address_counts(log):
    for number in range(10):
        log.tell(Event("handshake", "bad", "", {"address": f"192.0.2.{number % 2}"}))
    assert len(log.lines) == 2 * LINES_OF_ONE
