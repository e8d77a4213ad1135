# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charge points of the tests: they find what is wrong with books, and play until everything was answered."""

from dataclasses import dataclass, replace

import pytest
from chargerctl.central.books.queries.sessions import meter_values_of
from chargerctl.loop_thread import LoopThread

from tests.host.central.ocppj.running import RunningCentral
from tests.whole.central.carriers import OverWebSocket
from tests.whole.central.charge_points import ChargePoint, Playing, Session, compare, compare_meter_values


@dataclass(frozen=True)
class Row:
    serial: str = "CP1"
    id: int = 7
    start_time: str = "2026-11-22T07:30:00.000Z"
    meter_start: int = 1000
    energy_wh: int | None = 500


@pytest.fixture
def point():
    """It has played one session."""
    point = ChargePoint("CP1", OverWebSocket("ws://127.0.0.1:1", "CP1"))
    point.sessions.append(Session("CARD1", 1000, Row.start_time, 7, 1500, "2026-11-22T08:00:00.000Z", True))
    return point


def test_books_that_are_right(point):
    assert compare([point], [Row(), Row(serial="another")]) == []


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "whose start was answered, is not in the books"),
        ([Row(), Row(id=8)], "is in the books 2 times"),
        ([Row(id=8)], "has the id 8 in the books"),
        ([Row(energy_wh=None)], "whose stop was answered, still runs"),
        ([Row(energy_wh=499)], "has 499 Wh in the books, not 500 Wh"),
        ([Row(), Row(start_time="2026-11-22T09:30:00.000Z")], "was never sent"),
    ],
)
def test_books_that_are_wrong(point, rows, fault):
    (found,) = compare([point], rows)
    assert fault in found


def test_what_was_not_answered_may_be_in_the_books_or_not(point):
    point.sessions[0] = replace(point.sessions[0], stopped=False)
    assert compare([point], [Row(energy_wh=None)]) == compare([point], [Row()]) == []
    point.sessions[0] = replace(point.sessions[0], number=None)
    assert compare([point], []) == compare([point], [Row()]) == []


@pytest.mark.parametrize("same_id", [True, False])
def test_they_play_until_everything_was_answered(tmp_path, same_id):
    central = RunningCentral(tmp_path, LoopThread())
    try:
        names = [f"CP{number}" for number in range(4)]
        points = [
            ChargePoint(name, OverWebSocket(central.url, name), same_id=same_id, pause_s=0) for name in names
        ]
        with Playing(points, sessions=3) as playing:
            assert playing.wait_for_answers(5)
            playing.finish()
        assert compare(points, central.sessions()) == []
        assert len(central.sessions()) == 12
        assert central.violations() == []
        with central.store.reading() as connection:
            for session in (session for point in points for session in point.sessions):
                assert compare_meter_values(session, meter_values_of(connection, session.number)) == []
    finally:
        central.close()
