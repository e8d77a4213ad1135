# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the books did not keep has never come: after lost(), the same frames are handled as if for the first time."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.central.service import Service

BOOT = {"chargePointVendor": "v", "chargePointModel": "m"}
START = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-11-22T07:30:00Z"}


@pytest.fixture
def service():
    service = Service()
    service.boot()
    service.converse(lambda action, payload: {})
    service.conversation.saved()
    return service


def test_a_call_that_was_not_kept_is_booked_again(service):
    frame = [2, "s-1", "StartTransaction", START]
    first = service.send(frame)
    service.conversation.lost()
    service.books.booked.clear()
    assert service.send(frame) == first
    assert [action for action, _payload in service.books.booked] == ["StartTransaction"]


def test_one_that_was_kept_is_not(service):
    frame = [2, "s-1", "StartTransaction", START]
    first = service.send(frame)
    service.conversation.saved()
    service.books.booked.clear()
    service.conversation.lost()
    assert service.send(frame) == first
    assert service.books.booked == []


def test_an_end_of_the_connection_that_was_not_kept_forgets_no_answer(service):
    frame = [2, "s-1", "StartTransaction", START]
    first = service.send(frame)
    service.conversation.saved()
    service.books.booked.clear()
    service.conversation.disconnected()
    service.conversation.lost()
    assert service.send(frame) == first
    assert service.books.booked == []


def test_an_end_of_the_connection_that_was_kept_does(service):
    frame = [2, "s-1", "StartTransaction", START]
    service.send(frame)
    service.conversation.saved()
    service.conversation.disconnected()
    service.conversation.saved()
    service.books.booked.clear()
    service.send(frame)
    assert [action for action, _payload in service.books.booked] == ["StartTransaction"]


def test_a_boot_that_was_not_kept_is_no_registration():
    service = Service()
    service.boot()
    service.conversation.lost()
    assert service.call("Heartbeat")[0][2] == "SecurityError"


def test_a_call_that_was_not_sent_goes_out_again_with_another_id(service):
    service.conversation.ask(1, "ClearCache", {}, 30)
    first, action, _payload = service.next_call()
    service.conversation.lost()
    assert service.conversation.next_due == 0
    second, again, _payload = service.next_call()
    assert (action, again) == ("ClearCache", "ClearCache")
    assert first != second


def test_what_is_asked_for_survives_whatever_is_lost(service):
    service.call("Heartbeat")
    service.conversation.ask(1, "ClearCache", {}, 30)
    service.conversation.lost()
    service.next_call()


def test_an_outcome_that_was_not_kept_comes_again_with_the_same_answer(service):
    service.conversation.ask(1, "ClearCache", {}, 30)
    call_id, _action, _payload = service.next_call()
    service.conversation.saved()
    for _each in range(2):
        service.answer(call_id, {"status": "Accepted"})
        assert [key for key, _outcome in service.outcomes] == [1]
        service.outcomes.clear()
        service.conversation.lost()


def test_a_timeout_that_was_not_kept_comes_again(service):
    service.conversation.ask(1, "ClearCache", {}, 30)
    service.next_call()
    service.conversation.saved()
    service.now += 60
    for _each in range(2):
        assert service.due() == []
        assert [each.error for _key, each in service.outcomes] == ["Timeout"]
        service.outcomes.clear()
        service.conversation.lost()


def test_a_lost_link_that_was_not_kept_is_told_again(service):
    service.conversation.ask(1, "ClearCache", {}, 30)
    service.next_call()
    service.conversation.saved()
    for _each in range(2):
        service.conversation.disconnected()
        assert [each.error for _key, each in service.outcomes] == ["Timeout"]
        service.outcomes.clear()
        service.conversation.lost()


def test_a_welcome_that_was_not_kept_begins_again():
    service = Service({"HeartbeatInterval": "60"})
    for _each in range(2):
        service.boot()
        calls = service.converse(lambda action, payload: {"status": "Rejected"} if payload else {})
        assert [action for action, _payload in calls] == ["GetConfiguration", "ChangeConfiguration"]
        assert service.refused == [{"HeartbeatInterval": "Rejected"}]
        service.refused.clear()
        service.conversation.lost()


_STEPS = {
    "boot": lambda service: service.send([2, "b-1", "BootNotification", BOOT]),
    "start": lambda service: service.send([2, "s-1", "StartTransaction", START]),
    "heartbeat": lambda service: service.send([2, "h-1", "Heartbeat", {}]),
    "due": lambda service: service.due(),
    "wait": lambda service: setattr(service, "now", service.now + 31),
    "offline": lambda service: service.conversation.disconnected(),
    "answer": lambda service: service.send([3, f"0123456789abcdef-{service.sent}", {}]),
}


@given(
    st.lists(st.sampled_from(sorted(_STEPS)), max_size=8),
    st.lists(st.sampled_from(sorted(set(_STEPS) - {"wait"})), max_size=6),
)
def test_whatever_is_lost_is_as_if_it_had_not_been(before, lost):
    """Two services live the same, but one has a unit of work in between that is lost: afterwards both answer alike."""

    def without_ids(frames):
        return [each if each[0] != 2 else [2, *each[2:]] for each in frames or []]

    services = Service(), Service()
    for service in services:
        service.sent = 1
        service.conversation.ask(1, "ClearCache", {}, 30)
        for step in before:
            _STEPS[step](service)
        service.conversation.saved()
        service.outcomes.clear()
    for step in lost:
        _STEPS[step](services[0])
    services[0].conversation.lost()
    services[0].outcomes.clear()
    states = [
        [without_ids(_STEPS[step](service)) for step in ("heartbeat", "start", "due", "boot", "due")]
        + [service.outcomes, service.conversation.next_due]
        for service in services
    ]
    assert json.dumps(states[0], default=str) == json.dumps(states[1], default=str)
