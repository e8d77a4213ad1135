# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What breaks OCPP is told with its frame, but without the secrets in it: logs are read by many."""

import json

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.desk.line import Line

from tests.host.central.service import NOW, Books


def made(serial, books, on_violation, on_outcome, on_refused, on_ended):
    return Conversation(on_violation=on_violation, books=Books())


def told(frame):
    line = Line("c-1", made, NOW)
    line.talk.handle(frame, NOW)
    [event] = line.take_events(NOW)
    return event


def test_a_violation_is_told_with_its_frame():
    event = told('[3,"late",{}]')
    assert (event.what, event.serial) == ("violation", "c-1")
    assert event.details == {"frame": '[3,"late",{}]'}


def test_a_value_as_long_as_a_frame_is_told_by_its_action_and_code_with_its_beginning():
    boot = {"chargePointVendor": "A" * 10_000, "chargePointModel": "m"}
    event = told(json.dumps([2, "1", "BootNotification", boot]))
    assert event.text.startswith("BootNotification: PropertyConstraintViolation: chargePointVendor: ")
    assert len(event.text) < 300


def test_an_answer_that_nobody_expects_any_more_does_not_tell_the_password_of_the_charger():
    """As after a restart of the central system, which had asked for the configuration."""
    key = {"key": "AuthorizationKey", "readonly": False, "value": "hunter2"}
    others = [{"key": f"Key{number}", "readonly": True, "value": "x" * 100} for number in range(100)]
    for keys in ([key], [key, *others]):  # the second one is cut
        event = told(json.dumps([3, "late", {"configurationKey": keys}]))
        assert "hunter2" not in str(event)
        assert "AuthorizationKey" in event.details["frame"]
