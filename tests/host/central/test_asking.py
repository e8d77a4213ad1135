# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Calls to a charger: one at a time, each with one outcome."""

import pytest
from chargerctl.central.books.interface import Outcome
from chargerctl.central.conversation.asking import MAX_WAITING
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.remote import reason

from tests.host.central.service import Service

ACCEPTED = {"status": "Accepted"}


@pytest.fixture
def service():
    """A charger that is accepted, and had its first calls."""
    service = Service()
    service.boot()
    service.converse(lambda action, payload: {})
    service.books.answers.clear()
    return service


def ask(service, key, action="ClearCache", payload=None, timeout_s=30):
    service.conversation.ask(key, action, payload or {}, timeout_s)


def test_a_call_goes_out_when_it_is_due_and_its_answer_is_its_outcome(service):
    assert service.conversation.next_due is None
    ask(service, 7)
    assert service.conversation.next_due == 0
    call_id, action, payload = service.next_call()
    assert (action, payload) == ("ClearCache", {})
    assert service.conversation.next_due == service.now + 30
    service.answer(call_id, ACCEPTED)
    assert service.outcomes == [(7, Outcome(answer=ACCEPTED))]
    assert service.conversation.next_due is None
    assert service.reasons() == []


def test_one_is_outstanding_and_the_others_wait_in_their_order(service):
    for key in range(3):
        ask(service, key)
    for key in range(3):
        call_id, _action, _payload = service.next_call()
        assert service.due() == []
        service.answer(call_id, ACCEPTED)
        assert [each for each, _outcome in service.outcomes] == list(range(key + 1))
    assert service.due() == []


def test_a_call_that_the_books_do_not_want_sent_any_more_gives_way_to_the_next(service):
    service.books.sending = lambda call, now: call != 2
    for key in range(1, 4):
        ask(service, key, "ClearCache" if key < 3 else "GetLocalListVersion")
    call_id, _action, _payload = service.next_call()
    service.answer(call_id, ACCEPTED)
    assert service.next_call()[1] == "GetLocalListVersion"
    assert [key for key, _outcome in service.outcomes] == [1]


def test_the_charger_is_answered_while_a_call_is_outstanding(service):
    ask(service, 1)
    service.next_call()
    assert service.call("Heartbeat")[0][0] == 3


def test_a_call_without_an_answer_ends_in_time_and_the_next_goes_out(service):
    ask(service, 1, timeout_s=5)
    ask(service, 2)
    service.next_call()
    service.now += 4.9
    assert service.due() == []
    service.now += 0.1
    service.next_call()
    assert service.outcomes == [(1, Outcome(error="Timeout", detail="no answer within 5 s"))]


def test_an_answer_that_comes_late_or_twice_changes_nothing_but_the_books(service):
    ask(service, 1, timeout_s=5)
    call_id, _action, _payload = service.next_call()
    service.now += 10
    service.due()
    service.answer(call_id, ACCEPTED)
    service.answer(call_id, ACCEPTED)
    assert [key for key, _outcome in service.outcomes] == [1]
    assert service.books.answers == [("ClearCache", {}, ACCEPTED)] * 2
    assert service.reasons() == []


def test_an_answer_to_another_call_does_not_end_this_one(service):
    ask(service, 1)
    first, _action, _payload = service.next_call()
    service.answer(first, ACCEPTED)
    ask(service, 2)
    service.next_call()
    service.answer(first, ACCEPTED)
    assert [key for key, _outcome in service.outcomes] == [1]
    service.answer("nobody-asked", ACCEPTED)
    assert [key for key, _outcome in service.outcomes] == [1]
    assert service.reasons() == ["answer to 'nobody-asked', which is not the id of a call"]


def test_a_callerror_is_an_outcome(service):
    ask(service, 1)
    call_id, _action, _payload = service.next_call()
    service.send([4, call_id, "NotSupported", "no cache", {}])
    assert service.outcomes == [(1, Outcome(error="NotSupported", detail="no cache"))]


def test_a_callerror_without_a_code_is_no_success(service):
    ask(service, 1)
    call_id, _action, _payload = service.next_call()
    service.send([4, call_id, "", "", {}])
    [(_key, outcome)] = service.outcomes
    assert outcome == Outcome(error="GenericError")
    assert reason(outcome) == "GenericError"
    assert service.reasons() == ["'' is not an error code"]


@pytest.mark.parametrize("code", ["OccurrenceConstraintViolation", "OccurenceConstraintViolation"])
def test_both_spellings_of_the_standards_error_are_taken(service, code):
    ask(service, 1)
    call_id, _action, _payload = service.next_call()
    service.send([4, call_id, code, "", {}])
    assert service.outcomes[0][1].error == code
    assert service.reasons() == []


def test_a_callerror_of_the_chargers_own_invention_ends_the_call_and_is_noted(service):
    ask(service, 1)
    call_id, _action, _payload = service.next_call()
    service.send([4, call_id, "Kaputt" * 100, "x\0" * 1000, {}])
    [(_key, outcome)] = service.outcomes
    assert (len(outcome.error), len(outcome.detail)) == (255, 255)
    assert "\0" not in outcome.detail
    assert any("is not an error code" in each for each in service.reasons())


def test_an_answer_that_breaks_the_schema_is_an_outcome_of_its_own(service):
    ask(service, 1)
    call_id, _action, _payload = service.next_call()
    service.send([3, call_id, {"status": "Perhaps"}])
    [(_key, outcome)] = service.outcomes
    assert outcome.error == "InvalidAnswer"
    assert outcome.detail == 'status: "Perhaps" is not one of Accepted, Rejected'
    assert service.books.answers == []


def test_a_lost_link_ends_what_is_outstanding_and_what_waits(service):
    ask(service, 1)
    ask(service, 2)
    service.next_call()
    service.conversation.disconnected()
    assert [(key, each.error) for key, each in service.outcomes] == [(1, "Timeout"), (2, "NotConnected")]
    assert service.due() == []


def test_a_call_for_a_charger_that_is_not_connected_ends_at_once(service):
    service.conversation.disconnected()
    ask(service, 1)
    assert service.conversation.next_due == 0
    assert service.due() == []
    assert [(key, each.error) for key, each in service.outcomes] == [(1, "NotConnected")]


@pytest.mark.parametrize("how", ["connected", "heard"])
def test_after_the_link_is_back_calls_go_out_again(service, how):
    service.conversation.disconnected()
    if how == "heard":
        service.call("Heartbeat")
    else:
        service.conversation.connected()
    ask(service, 1)
    service.next_call()


def test_only_so_many_calls_wait(service):
    for key in range(MAX_WAITING + 1):
        ask(service, key)
    assert [(key, each.error) for key, each in service.outcomes] == [(MAX_WAITING, "Cancelled")]


def test_ids_are_never_used_again_also_by_another_conversation():
    seen = set()
    for prefix in ("a" * 16, "b" * 16):
        conversation = Conversation(id_prefix=prefix)
        for _each in range(50):
            conversation.ask(1, "ClearCache", {}, 1)
            frames = conversation.due(0) + conversation.due(10)
            seen.update(frames)
    assert len(seen) == 100


def test_calls_of_a_script_do_not_wait(service):
    ask(service, 1)
    service.next_call()
    assert '"Reset"' in service.conversation.call("Reset")


def test_what_is_asked_for_in_an_outcome_waits_for_its_turn():
    asked = []

    def again(key, outcome):
        asked.append(key)
        if key < 3:
            conversation.ask(key + 1, "ClearCache", {}, 5)

    conversation = Conversation(on_outcome=again)
    conversation.ask(1, "ClearCache", {}, 5)
    for now in range(0, 40, 10):
        conversation.due(now)
    assert asked == [1, 2, 3]
