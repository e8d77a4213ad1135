# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The judge of the books sees each mistake, and has nothing against what is right."""

import json

import pytest

from tests.whole.journal import books
from tests.whole.journal.charger import Charger, Session

BEGAN = 5000
ENDED = 5600


class Made:
    """A central system that has received what a test says, and the sessions that really were."""

    def __init__(self, *sessions):
        self.charger = Charger(None)
        self.charger.sessions += sessions
        self._count = 0

    def start(self, wh=BEGAN, minute=0, call_id=None):
        payload = {"connectorId": 1, "idTag": "A", "meterStart": wh, "timestamp": stamp(minute)}
        return self._call("StartTransaction", payload, call_id)["transactionId"]

    def stop(self, number, wh=ENDED, call_id=None):
        self._call(
            "StopTransaction", {"transactionId": number, "meterStop": wh, "timestamp": stamp(50)}, call_id
        )

    def _call(self, action, payload, call_id):
        self._count += 1
        answers = self.charger.receive(json.dumps([2, call_id or f"id-{self._count}", action, payload]))
        return json.loads(answers[0])[2]

    def words(self):
        """The first word of each mistake."""
        return [text.split(":")[0].split()[0] for text in books.mistakes(self.charger)]


def stamp(minute):
    return f"2026-11-22T08:{minute:02}:00Z"


@pytest.fixture
def made():
    return Made(Session(BEGAN, ENDED, 1))


def test_a_session_that_is_there_once_is_right(made):
    made.stop(made.start())
    assert made.words() == []


def test_a_retry_with_its_id_is_right(made):
    number = made.start(call_id="x")
    assert made.start(call_id="x") == number
    made.stop(number)
    assert made.words() == []


def test_an_id_with_two_payloads(made):
    made.stop(made.start(call_id="x"), call_id="x")
    assert made.words() == ["id"]


def test_the_same_start_under_two_ids(made):
    made.stop(made.start())
    made.charger.books.frames.append(("y", *made.charger.books.frames[0][1:]))
    assert made.words() == ["doubled"]


def test_two_stops_of_one_transaction(made):
    number = made.start()
    made.stop(number)
    made.stop(number)
    assert made.words() == ["doubled"]


def test_a_session_that_has_a_second_transaction_with_a_stop_and_energy_of_its_own(made):
    made.stop(made.start())
    made.stop(made.start(minute=1))
    assert made.words() == ["doubled"]


def test_a_session_without_a_start(made):
    assert made.words() == ["lost"]


def test_two_sessions_that_began_at_one_reading_and_have_one_start():
    made = Made(Session(BEGAN, BEGAN + 20, 1, cut=True), Session(BEGAN, ENDED, 1))
    made.stop(made.start())
    assert made.words() == ["lost"]
    made.stop(made.start(minute=1), BEGAN)
    # In the wrong order: the first one was cut, the second took the energy.
    assert made.words() == ["energy", "energy"]


def test_a_session_without_a_stop(made):
    made.start()
    assert made.words() == ["lost"]


def test_energy_that_is_missing(made):
    made.stop(made.start(), ENDED - 1)
    assert made.words() == ["energy"]


@pytest.mark.parametrize(("missing", "mistakes"), [(125, []), (126, ["energy"]), (-1, ["energy"])])
def test_where_the_power_failed_a_checkpoint_may_be_missing(missing, mistakes):
    made = Made(Session(BEGAN, ENDED, cut=True))
    made.stop(made.start(), ENDED - missing)
    assert made.words() == mistakes


def test_a_stop_below_the_start():
    made = Made(Session(BEGAN, BEGAN + 10, cut=True))
    made.stop(made.start(), BEGAN - 1)
    assert made.words() == ["energy"]


def test_a_start_whose_relay_never_closed_is_stopped_with_nothing(made):
    nothing = made.start(BEGAN - 100)
    made.stop(nothing, BEGAN - 100)
    made.stop(made.start(minute=1))
    assert made.words() == []


def test_or_begins_at_the_reading_of_the_session_behind_it(made):
    made.stop(made.start(), BEGAN)
    made.stop(made.start(minute=1))
    assert made.words() == []


def test_energy_without_a_session(made):
    made.stop(made.start())
    made.stop(made.start(ENDED, minute=1), ENDED + 50)
    assert made.words() == ["doubled"]


def test_a_start_without_a_session_and_without_a_stop(made):
    made.stop(made.start())
    made.start(ENDED, minute=1)
    assert made.words() == ["lost"]


def test_starts_out_of_their_order():
    made = Made(Session(BEGAN, ENDED, 1), Session(ENDED, ENDED + 10, 2))
    made.stop(made.start(minute=2))
    made.stop(made.start(ENDED, minute=1), ENDED + 10)
    assert made.words() == ["out"]
