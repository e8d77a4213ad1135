# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How each call ended, as it is told to whoever counts."""

from __future__ import annotations

import json

import pytest
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.ended import RESULT, VIOLATION, Ended

from tests.host.central.conftest import NOW

BOOT = [2, "1", "BootNotification", {"chargePointVendor": "v", "chargePointModel": "m"}]


@pytest.fixture
def ended():
    return []


@pytest.fixture
def central(ended):
    return Conversation(on_ended=ended.append)


def test_a_call_of_the_charger_ends_with_a_result_or_with_the_code_of_its_error(central, ended):
    central.handle(json.dumps(BOOT), NOW)
    central.handle(json.dumps([2, "2", "Dance", {}]), NOW)
    central.handle(json.dumps([2, "3", "Authorize", {}]), NOW)
    assert ended == [
        Ended(False, "BootNotification", RESULT),
        Ended(False, "Dance", "NotImplemented"),
        Ended(False, "Authorize", "ProtocolError"),
    ]


@pytest.mark.parametrize("frame", ["{", "[]", "[9]", '[3, "who", {}]', '[4, "-1", "GenericError", "", {}]'])
def test_a_frame_that_is_no_call_and_answers_none_is_a_violation(central, ended, frame):
    central.handle(frame, NOW)
    assert ended == [Ended(False, "", VIOLATION)]


def test_calls_of_ours_end_with_their_outcome_and_the_time_of_their_sending(central, ended):
    central.ask(1, "ClearCache", {}, 30)
    central.ask(2, "ClearCache", {}, 30)
    message = json.loads(central.due(NOW, 100.0)[0])
    central.handle(json.dumps([3, message[1], {"status": "Accepted"}]), NOW)
    central.due(NOW, 110.0)
    central.due(NOW, 140.0)
    assert ended == [Ended(True, "ClearCache", RESULT, 100.0), Ended(True, "ClearCache", "Timeout", 110.0)]


def test_a_call_that_cannot_be_sent_ends_without_a_time(central, ended):
    central.ask(1, "ClearCache", {}, 30)
    central.disconnected()
    assert ended == [Ended(True, "ClearCache", "NotConnected", None)]
