# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a command becomes: calls of OCPP that the charger answers, or a reason why there are none."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.central.homeassistant.commands import COMMANDS, RefusedError
from chargerctl.central.homeassistant.orders import Orders
from chargerctl.central.messages.schemas import check_payload

from tests.host.central.cli.conftest import Answering
from tests.host.central.homeassistant.states import CHARGING, CONNECTOR, IDLE, SESSION, with_status
from tests.host.central.mqtt.client import BOUND_S

ACCEPTED = {"status": "Accepted"}
START, STOP = COMMANDS["charging", b"ON"], COMMANDS["charging", b"OFF"]
CALL = 2


def calls(command, state, card="04A1B2C3"):
    return [(each.action, each.payload) for each in command.calls(state, card)]


@pytest.mark.parametrize(
    ("statuses", "connector"),
    [
        (("Available",), 1),
        (("Charging", "Preparing"), 2),
        (("Faulted", "Available"), 2),
        (("Available", "Preparing"), 2),
        (("Faulted",), 1),
    ],
)
def test_a_session_starts_where_a_car_waits(statuses, connector):
    payload = {"idTag": "04A1B2C3", "connectorId": connector}
    assert calls(START, with_status(*statuses)) == [("RemoteStartTransaction", payload)]


def test_a_charger_that_has_named_no_connector_chooses_one_itself():
    assert calls(START, replace(IDLE, connectors=())) == [("RemoteStartTransaction", {"idTag": "04A1B2C3"})]


def test_every_session_is_stopped():
    state = replace(CHARGING, sessions=(SESSION, replace(SESSION, id=8)))
    assert calls(STOP, state) == [
        ("RemoteStopTransaction", {"transactionId": 7}),
        ("RemoteStopTransaction", {"transactionId": 8}),
    ]


@pytest.mark.parametrize(
    ("command", "state", "card", "why"),
    [
        (START, CHARGING, "CARD", "a session runs already"),
        (START, IDLE, "", "no card to start with"),
        (STOP, IDLE, "CARD", "no session runs"),
    ],
)
def test_what_makes_no_sense_is_not_asked_for(command, state, card, why):
    with pytest.raises(RefusedError, match=why):
        command.calls(state, card)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=[each.words for each in COMMANDS.values()])
@pytest.mark.parametrize("connectors", [(), (replace(CONNECTOR, id=0),), (CONNECTOR,)])
def test_every_call_is_one_of_ocpp(command, connectors):
    state = replace(CHARGING if command is STOP else IDLE, connectors=connectors)
    for action, payload in calls(command, state):
        check_payload(CALL, action, payload)


class Place:
    """Books of a central system that answers what is in `answers`, and what is ordered."""

    def __init__(self, folder, policy=Policy.REFUSE):
        self.books = open_books(str(folder / "books.sqlite"), Policies(policy, policy), worker="desk-1")
        with self.books.writing() as connection:
            owner.add_charger(connection, IDLE.serial, time.time())
            owner.add_charger(connection, "other", time.time())
            owner.put_cards(
                connection, [owner.Card("HOME"), owner.Card("NOT HERE", chargers=())], time.time()
            )
        self.answers = {}
        self.desk = Answering(self.books, self.answers)
        self.orders = None
        self.said = []
        self._said = threading.Condition()

    def give(self, command, state=IDLE, card="HOME", policy=Policy.REFUSE):
        if self.orders is None:
            self.orders = Orders(self.books, card, policy, timeout_s=30.0)
        self.orders.give(command, state, self._note)

    def wait(self, number=1):
        with self._said:
            assert self._said.wait_for(lambda: len(self.said) >= number, BOUND_S)
        return self.said

    def close(self):
        if self.orders is not None:
            self.orders.close()
        self.desk.close()
        self.books.close()

    def _note(self, text):
        with self._said:
            self.said.append(text)
            self._said.notify()


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    yield made
    made.close()


def test_what_the_charger_answers_is_told(place):
    place.answers["RemoteStartTransaction"] = ACCEPTED
    place.give(START)
    assert place.wait() == ["start: Accepted"]
    assert place.desk.asked == [(IDLE.serial, "RemoteStartTransaction", {"idTag": "HOME", "connectorId": 1})]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"status": "Rejected"}, "unlock refused: Rejected"),
        ({"status": "UnlockFailed"}, "unlock refused: UnlockFailed"),
        (Outcome(error="NotConnected", detail="it is not here"), "unlock refused: it is not here"),
        (Outcome(error="Timeout"), "unlock refused: Timeout"),
    ],
)
def test_why_it_was_not_done_is_told(place, answer, text):
    place.answers["UnlockConnector"] = answer
    place.give(COMMANDS["unlock", b"PRESS"])
    assert place.wait() == [text]


def test_a_session_starts_with_a_card_that_may_charge_there_or_not_at_all(place):
    place.give(START, card="UNKNOWN")
    assert place.wait() == [
        "start refused: the card of home_assistant_card is not in the books: enter it with `chargerctl central cards add`"
    ]
    assert place.desk.asked == []


def test_a_card_of_other_chargers_starts_nothing(place):
    place.give(START, card="NOT HERE")
    assert place.wait() == [
        "start refused: the card of home_assistant_card may not charge here: it is Blocked"
    ]


def test_where_every_card_may_charge_this_one_may_too(place):
    place.answers["RemoteStartTransaction"] = ACCEPTED
    place.give(START, card="UNKNOWN", policy=Policy.ACCEPT)
    assert place.wait() == ["start: Accepted"]


def test_a_charger_gets_one_command_at_a_time(place):
    place.give(START)  # the charger does not answer yet
    place.give(STOP, CHARGING)
    assert place.wait() == ["stop refused: another command waits for its answer"]
    place.answers["Reset"] = ACCEPTED
    place.give(COMMANDS["reset", b"PRESS"], replace(IDLE, serial="other"))
    assert place.wait(2)[1] == "restart: Accepted"


def test_at_the_end_nothing_is_waited_for(place):
    place.give(START)
    place.orders.close()
    place.wait()
    assert place.said == ["start refused: chargerctl stops"]


def test_what_comes_after_the_end_is_refused(place):
    """The broker goes on sending until the connection is closed."""
    place.give(START)
    place.orders.close()
    place.give(STOP, replace(CHARGING, serial="other"))
    assert place.wait(2)[1] == "stop refused: chargerctl stops"


def test_a_bug_is_told_of_too(place):
    place.give(replace(START, calls=lambda state, card: [card.secret_of_04a1b2c3]))
    assert place.wait() == ["start failed: a bug in chargerctl, please report it: AttributeError"]


def test_a_charger_that_is_not_in_the_books_is_told_of(place):
    place.give(COMMANDS["reset", b"PRESS"], replace(IDLE, serial="nobody"))
    assert "there is no charger 'nobody' in the books" in place.wait()[0]
