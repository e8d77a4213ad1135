# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger is told from the page, and the words in which its answer comes back."""

import time

import pytest
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.queries.traffic import last_calls
from chargerctl.central.books.tables import workers
from chargerctl.central.messages.schemas import ERROR_CODES, schema_of
from chargerctl.central.web.charger.actions import OFFERED
from chargerctl.central.web.charger.outcome_words import said

from tests.host.central.cli.conftest import start
from tests.host.central.web.charger.conftest import HERE

ACCEPTED = {"status": "Accepted"}


@pytest.mark.parametrize(
    ("action", "form", "payload"),
    [
        ("RemoteStartTransaction", {"card": "04A1B2C3", "connectorId": "1"}, {"idTag": "04A1B2C3", "connectorId": 1}),
        ("RemoteStartTransaction", {"card": "", "idTag": "04:a1:b2:c3", "connectorId": ""}, {"idTag": "04A1B2C3"}),
        ("RemoteStartTransaction", {"card": "other", "idTag": "A=B"}, {"idTag": "A=B"}),
        ("RemoteStopTransaction", {"transactionId": "4"}, {"transactionId": 4}),
        ("RemoteStopTransaction", {}, {"transactionId": 4}),
        ("UnlockConnector", {"connectorId": "1"}, {"connectorId": 1}),
        ("Reset", {"type": "Hard"}, {"type": "Hard"}),
        ("ChangeAvailability", {"connectorId": "0", "type": "Inoperative"}, {"connectorId": 0, "type": "Inoperative"}),
        ("TriggerMessage", {"requestedMessage": "Heartbeat", "connectorId": ""}, {"requestedMessage": "Heartbeat"}),
        ("ClearCache", {}, {}),
    ],
)  # fmt: skip
def test_the_charger_is_told_what_the_form_says(owner, answering, action, form, payload):
    asked = answering({action: ACCEPTED})
    answer = owner.post(f"{HERE}/call/{action}", **form)
    assert (answer.status_code, answer.json()["done"], answer.json()["word"]) == (200, True, "Accepted")
    assert answer.json()["said"].startswith(f"{action}: Accepted")
    assert asked == [("garage-1", action, payload)]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (
            {"status": "Rejected"},
            "RemoteStartTransaction: Rejected: the charger refused; is the cable plugged in and the connector free?",
        ),
        (
            Outcome(error="NotConnected", detail="the charger is not connected"),
            "RemoteStartTransaction: NotConnected: the charger is not connected; nothing was sent",
        ),
        (
            Outcome(error="Timeout", detail="no answer within 30 s"),
            "RemoteStartTransaction: Timeout: no answer within 30 s; "
            "the charger may have carried it out: look at its state before you try again",
        ),
        (
            Outcome(error="NotSupported", detail="no \x1b[31m\u202e<b>"),
            "RemoteStartTransaction: NotSupported: no \\x1b[31m\\u202e<b>; "
            "the charger knows this call, and does not support it",
        ),
        (
            Outcome(error="MadeUp\x07", detail="x" * 5000),
            f"RemoteStartTransaction: MadeUp\\x07: {'x' * 300}; the charger could not carry it out",
        ),
    ],
)
def test_what_was_not_done_is_said_with_the_reason(owner, answering, outcome, words):
    answering({"RemoteStartTransaction": outcome})
    answer = owner.post(f"{HERE}/call/RemoteStartTransaction", card="04A1B2C3")
    assert (answer.status_code, answer.json()["done"], answer.json()["said"]) == (200, False, words)


def test_every_answer_of_ocpp_has_words():
    for action in (*OFFERED, "ChangeConfiguration"):
        for status in schema_of(3, action)["properties"]["status"]["enum"]:
            assert said(action, Outcome({"status": status})).text.count(": ") >= 2, (action, status)
    for code in ERROR_CODES:
        assert not said("Reset", Outcome(error=code)).text.endswith("could not carry it out")


@pytest.mark.parametrize(
    ("action", "form", "words"),
    [
        ("RemoteStartTransaction", {"card": "", "idTag": ""}, "choose a card"),
        ("RemoteStartTransaction", {"card": "other"}, "choose a card"),
        (
            "RemoteStartTransaction",
            {"idTag": "x" * 21},
            "that cannot be a card: must be at most 20 characters",
        ),
        ("RemoteStartTransaction", {"idTag": "ä"}, "that cannot be a card: may have printable ASCII"),
        ("RemoteStartTransaction", {"idTag": "A", "connectorId": "one"}, "'one' is not a number"),
        ("RemoteStopTransaction", {"transactionId": "4.5"}, "is not a number"),
        ("Reset", {"type": "Gently"}, "'Gently' is not a value for it"),
        ("TriggerMessage", {"requestedMessage": "Reset"}, "is not a value for it"),
        ("ChangeConfiguration", {"key": "A", "value": "B"}, "is not a call that this page offers"),
        ("GetDiagnostics", {"location": "ftp://here/"}, "is not a call that this page offers"),
        ("<script>", {}, "is not a call that this page offers"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_sent(owner, store, action, form, words):
    answer = owner.post(f"{HERE}/call/{action}", **form)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    with store.reading() as connection:
        assert last_calls(connection) == []


def test_which_session_is_to_stop_must_be_said_where_several_run(owner, store, answering):
    with store.unit() as unit:
        second = start(unit, "garage-1", "04A1B2C3", time.time(), connector=2)
    asked = answering({"RemoteStopTransaction": ACCEPTED})
    assert owner.post(f"{HERE}/call/RemoteStopTransaction").status_code == 400
    assert owner.post(f"{HERE}/call/RemoteStopTransaction", transactionId=str(second)).json()["done"]
    assert asked == [("garage-1", "RemoteStopTransaction", {"transactionId": second})]
    page = owner.get(HERE).text
    assert f"Stop session {second}" in page
    assert "connector 2" in page


def test_without_a_central_system_that_runs_nothing_is_asked_for(owner, store):
    with store.writing() as connection:
        connection.execute(workers.delete())
    answer = owner.post(f"{HERE}/call/Reset")
    assert answer.status_code == 502
    assert "no central system runs on these books" in answer.json()["error"]
    with store.reading() as connection:
        assert last_calls(connection) == []


def test_a_form_with_too_many_fields_or_a_file_is_refused(owner):
    assert owner.post(f"{HERE}/call/Reset", **{f"field{each}": "x" for each in range(100)}).status_code == 400
