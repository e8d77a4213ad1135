# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger answers may hold its secrets: they are in no violation and in no outcome of a call, whatever is wrong with
the answer. The log has both."""

import json

import pytest

from tests.host.central.service import Service

SECRET = "TOPSECRET-123456"
KEY = {"key": "AuthorizationKey", "readonly": False, "value": SECRET}


@pytest.fixture
def service():
    service = Service()
    service.boot()
    service.converse(lambda action, payload: {})
    service.outcomes.clear()
    return service


def said(service):
    """Everything that was reported since."""
    return repr([service.conversation.violations, service.outcomes])


def ask(service, action, payload):
    service.conversation.ask("it", action, payload, 30)
    return service.next_call()[0]


@pytest.mark.parametrize(
    "answer",
    [
        {"configurationKey": [{**KEY, "readonly": "false"}]},
        {"configurationKey": [{**KEY, "value": SECRET * 50}]},
        {"configurationKey": [{**KEY, "value": [SECRET]}]},
        {"configurationKey": KEY},
        {"configurationKey": [{**KEY, "key": f"{'x' * 50}password"}]},
        {"configurationKey": [{"value": SECRET, "key": "AuthorizationKey"}] * 300},
    ],
    ids=["type", "too long", "list", "no list", "key", "beyond what is kept"],
)
def test_a_configuration_that_breaks_the_schema(service, answer):
    service.answer(ask(service, "GetConfiguration", {}), answer)
    [(_key, outcome)] = service.outcomes
    assert outcome.error == "InvalidAnswer"
    assert service.reasons()
    assert "TOPSECRET" not in said(service)


def test_without_a_secret_what_is_wrong_is_quoted(service):
    key = {"key": "HeartbeatInterval", "readonly": "false", "value": "60"}
    service.answer(ask(service, "GetConfiguration", {}), {"configurationKey": [key]})
    assert '"false" is not of type "boolean"' in service.reasons()[-1]


def test_an_error_that_repeats_the_call(service):
    call = ask(service, "ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET})
    service.send([4, call, "GenericError", f"cannot set AuthorizationKey to {SECRET}", {}])
    assert service.outcomes[-1][1].detail == "cannot set AuthorizationKey to ***"
    call = ask(service, "GetDiagnostics", {"location": f"ftp://me:{SECRET}@files.example/"})
    service.send([4, call, "GenericError", f"cannot write to ftp://me:{SECRET}@files.example/", {}])
    assert service.outcomes[-1][1].detail == "cannot write to ftp://me:***@files.example/"
    assert "TOPSECRET" not in said(service)


def test_an_answer_that_nobody_waits_for_or_that_is_no_json(service):
    answer = json.dumps([3, "nobody", {"configurationKey": [{"value": SECRET, "key": "AuthorizationKey"}]}])
    service.send(answer)
    assert len(service.reasons()) == 1
    service.send(answer[:-2])
    assert len(service.reasons()) == 2
    assert "TOPSECRET" not in said(service)
