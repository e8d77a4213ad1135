# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The books of a central system that is not ours, kept from what crosses the link."""

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.script.tally import Bookkeeper

START = {"connectorId": 1, "idTag": "A", "meterStart": 100, "timestamp": "2026-11-22T07:30:00Z"}
STOP = {"transactionId": 7, "meterStop": 150, "timestamp": "2026-11-22T08:30:00Z"}


@pytest.fixture
def ledger():
    """Plays (direction, frame) pairs to a bookkeeper and gives its ledger."""

    def play(*frames):
        events = Events(Clock())
        ledger = Bookkeeper(events).ledger
        for direction, frame in frames:
            events.emit("frame", dir=direction, topic="/x", frame=frame)
        return ledger

    return play


def answer(message_id, status="Accepted"):
    return "in", [3, message_id, {"transactionId": 7, "idTagInfo": {"status": status}}]


def test_a_session_is_an_accepted_start(ledger):
    books = ledger(("out", [2, "1", "StartTransaction", START]), answer("1"))
    assert (len(books.transactions), books.energy_wh) == (1, 0)


def test_energy_is_counted_when_the_session_stops(ledger):
    books = ledger(
        ("out", [2, "1", "StartTransaction", START]), answer("1"), ("out", [2, "2", "StopTransaction", STOP])
    )
    assert books.energy_wh == 50


def test_a_repeated_message_counts_once(ledger):
    books = ledger(
        ("out", [2, "1", "StartTransaction", START]),
        ("out", [2, "2", "StartTransaction", START]),
        answer("2"),
        ("out", [2, "3", "StopTransaction", STOP]),
        ("out", [2, "4", "StopTransaction", STOP]),
    )
    assert (len(books.transactions), books.energy_wh) == (1, 50)


def test_a_refused_start_is_no_session(ledger):
    assert not ledger(("out", [2, "1", "StartTransaction", START]), answer("1", "Blocked")).transactions


@pytest.mark.parametrize(
    "frame", ["rubbish", [], [3, "nobody asked", {"transactionId": 1}], [2, "1", "StartTransaction", 5]]
)
def test_anything_else_is_passed_over(ledger, frame):
    assert not ledger(("out", frame), ("in", frame)).transactions
