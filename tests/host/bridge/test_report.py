# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The bridge reports what happens, but not the same again and again."""

import pytest
from chargerctl.bridge.report import Sparing
from chargerctl.events.event import Event


@pytest.fixture
def report():
    class Report:
        now = 0.0

        def __init__(self):
            self.texts = []
            self.sparing = Sparing(lambda event: self.texts.append(event.text), lambda: self.now)

        def tell(self, what, text, serial="c1", **details):
            self.sparing(Event(what, text, serial, details))

    return Report()


def test_the_same_of_the_same_charger_comes_once_a_minute_with_its_count(report):
    for _ in range(5):
        report.tell("refused", "h:1: connection refused", reason="refused")
    assert report.texts == ["h:1: connection refused"]
    report.tell("refused", "h:1: connection refused", "c2", reason="refused")
    assert len(report.texts) == 2, "of another charger it is news"
    report.now = 60
    report.tell("refused", "h:1: connection refused", reason="refused")
    assert report.texts[2] == "h:1: connection refused (4 more like this before)"


def test_another_reason_is_news_at_once(report):
    report.tell("refused", "connection refused", reason="refused")
    report.tell("refused", "HTTP 404", reason="404")
    report.tell("refused", "HTTP 404, another path", reason="404")
    assert len(report.texts) == 3


def test_dropped_frames_of_a_kind_are_one_thing_whatever_their_length(report):
    for length in range(100):
        report.tell("dropped", f"{length} bytes were dropped", reason="too long")
    assert len(report.texts) == 1


def test_what_goes_wrong_again_after_a_connection_is_news(report):
    for _ in range(2):
        report.tell("refused", "connection refused", reason="refused")
        report.tell("open", "connected")
    assert report.texts == ["connection refused", "connected"] * 2


def test_what_is_remembered_is_bounded(report):
    for number in range(10_000):
        report.tell("dropped", "x", f"c{number}")
    assert len(report.sparing._told) <= 4096
