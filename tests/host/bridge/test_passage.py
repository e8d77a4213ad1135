# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The rules of docs/bridge.md: which frame passes, which is dropped, and which is answered in the charger's place."""

import json

import pytest
from chargerctl.bridge.passage import LARGEST_FROM_CHARGER, Passage, Verdict

HEARTBEAT = b'[2, "a-1","Heartbeat", {}]'
RESET = '[2,"c-1","Reset",{"type":"Soft"}]'
ACCEPTED = b'[3,"c-1",{"status":"Accepted"}]'


@pytest.fixture
def passage():
    passage = Passage()
    passage.opened()
    return passage


def what(verdict):
    return verdict.note and verdict.note.what


def test_frames_pass_as_they_are_both_ways(passage):
    assert passage.from_charger(HEARTBEAT, 0).forward == HEARTBEAT.decode()
    spaced = ' [3 , "a-1",{"currentTime":"2026-11-26T16:00:00Z","é":1}]\n'
    assert passage.from_central(spaced, 0).forward == spaced.encode()


@pytest.mark.parametrize("text", ["no JSON", "{}", "[]", "[9,1]", "[2]", "null", "[" * 100_000, "[2,17,{}]"])
def test_what_is_no_frame_passes_too_its_receiver_says_what_it_is_worth(passage, text):
    if len(text) < 2048:
        assert passage.from_central(text, 0).forward == text.encode()
    if len(text) < LARGEST_FROM_CHARGER:
        assert passage.from_charger(text.encode(), 0).forward == text


def test_what_the_charger_sends_while_there_is_no_connection_is_dropped_and_not_kept():
    passage = Passage()
    verdict = passage.from_charger(HEARTBEAT, 0)
    assert (verdict.forward, what(verdict)) == (None, "no connection")
    assert "Heartbeat" in verdict.note.text
    passage.opened()
    assert passage.from_charger(HEARTBEAT, 0).forward


def test_an_answer_passes_on_the_connection_of_its_call(passage):
    passage.from_central(RESET, 0)
    assert passage.from_charger(ACCEPTED, 0).forward == ACCEPTED.decode()
    error = b'[4,"c-1","InternalError","",{}]'
    assert passage.from_charger(error, 0).forward == error.decode(), "a repeated answer is for its receiver"


def test_an_answer_to_a_call_of_an_earlier_connection_does_not_pass(passage):
    passage.from_central(RESET, 0)
    passage.closed(1)
    passage.opened()
    verdict = passage.from_charger(ACCEPTED, 0)
    assert (verdict.forward, what(verdict)) == (None, "old answer")


def test_an_answer_that_comes_between_two_connections_does_not_pass_and_frees_its_id(passage):
    passage.from_central(RESET, 0)
    passage.closed(1)
    assert what(passage.from_charger(ACCEPTED, 0)) == "old answer"
    passage.opened()
    assert passage.from_central(RESET, 2).forward == RESET.encode()
    assert passage.from_charger(ACCEPTED, 0).forward


def test_a_call_whose_id_the_charger_may_still_answer_for_an_earlier_one_is_refused(passage):
    passage.from_central(RESET, 0)
    passage.closed(1)
    passage.opened()
    verdict = passage.from_central('[2,"c-1","UnlockConnector",{"connectorId":1}]', 2)
    assert verdict.forward is None
    kind, call_id, code, _why, details = json.loads(verdict.answer)
    assert (kind, call_id, code, details) == (4, "c-1", "GenericError", {})
    assert what(passage.from_charger(ACCEPTED, 0)) == "old answer", (
        "nor does that answer pass for the new one"
    )
    assert passage.from_central(RESET, 3).forward, "it has come: the id is free"


def test_a_call_that_was_never_answered_blocks_its_id_for_a_minute(passage):
    passage.from_central(RESET, 100)
    passage.closed(110)
    passage.opened()
    assert passage.from_central(RESET, 159).answer
    assert passage.from_central(RESET, 160).forward
    assert passage.from_charger(ACCEPTED, 0).forward


def test_a_call_that_was_answered_blocks_nothing(passage):
    passage.from_central(RESET, 0)
    passage.from_charger(ACCEPTED, 0)
    passage.closed(1)
    passage.opened()
    assert passage.from_central(RESET, 2).forward


def test_an_answer_to_nothing_that_was_called_does_not_pass(passage):
    assert what(passage.from_charger(ACCEPTED, 0)) == "old answer"
    assert what(passage.from_charger(b'[3,null,{"status":"Accepted"}]', 0)) == "old answer"


def test_an_error_about_a_call_that_could_not_be_read_passes(passage):
    frame = b'[4,"-1","FormationViolation","",{}]'
    assert passage.from_charger(frame, 0).forward == frame.decode()


def test_a_call_that_is_too_long_for_the_charger_is_answered_in_its_place(passage):
    data = "é" * 1100
    verdict = passage.from_central(json.dumps([2, "c-9", "DataTransfer", {"data": data}]), 0)
    assert passage.from_central(json.dumps([2, "c-9", "DataTransfer", {"data": "x" * 1500}]), 0).forward
    frame = json.dumps([2, "c-9", "DataTransfer", {"data": data}], ensure_ascii=False)
    verdict = passage.from_central(frame, 0)
    assert len(frame) < 2048 < len(frame.encode()), "bytes count, not characters"
    kind, call_id, code, why, details = json.loads(verdict.answer)
    assert (verdict.forward, kind, call_id, code, details) == (None, 4, "c-9", "GenericError", {})
    assert "2048 bytes" in why
    assert "DataTransfer" in verdict.note.text


def test_an_answer_that_is_too_long_for_the_charger_is_dropped_nothing_is_invented(passage):
    verdict = passage.from_central(json.dumps([3, "a-1", {"data": "x" * 2048}]), 0)
    assert (verdict.forward, verdict.answer, what(verdict)) == (None, None, "too long")
    verdict = passage.from_central("x" * 2049, 0)
    assert (verdict.forward, verdict.answer, what(verdict)) == (None, None, "too long")


def test_the_longest_that_passes(passage):
    assert passage.from_central("x" * 2048, 0).forward
    assert passage.from_charger(b"x" * LARGEST_FROM_CHARGER, 0).forward
    assert what(passage.from_charger(b"x" * (LARGEST_FROM_CHARGER + 1), 0)) == "too long"


def test_empty_messages_are_dropped(passage):
    assert what(passage.from_charger(b"", 0)) == what(passage.from_central("", 0)) == "empty"
    assert what(passage.from_central(b"", 0)) == "empty"


def test_a_binary_message_passes_if_it_is_text(passage):
    assert passage.from_central(RESET.encode(), 0).forward == RESET.encode()
    assert passage.from_charger(ACCEPTED, 0).forward
    assert what(passage.from_central(b"\xff\xfe", 0)) == "no text"
    assert what(passage.from_charger(b"\xff\xfe", 0)) == "no text"


def test_what_is_remembered_is_bounded(passage):
    for number in range(1000):
        passage.from_central(f'[2,"c-{number}","Heartbeat",{{}}]', number)
    assert what(passage.from_charger(b'[3,"c-1",{}]', 0)) == "old answer"
    assert passage.from_charger(b'[3,"c-999",{}]', 0).forward
    passage.closed(1000)
    passage.opened()
    assert passage.from_central('[2,"c-998","Heartbeat",{}]', 1000).answer
    for number in range(1000):
        assert passage.from_central(f'[2,"d-{number}","Heartbeat",{{}}]', 1000).forward


def call(call_id):
    return f'[2,"{call_id}","Heartbeat",{{}}]'.encode()


def test_quiet_is_when_no_call_waits_for_its_answer_in_either_direction(passage):
    assert passage.is_quiet(0)
    passage.from_charger(call("a-1"), 0)
    assert not passage.is_quiet(0)
    passage.from_central('[3,"a-1",{}]', 0)
    assert passage.is_quiet(0)
    passage.from_central(RESET, 0)
    assert not passage.is_quiet(59)
    assert passage.is_quiet(60), "it will not be answered any more"
    passage.from_central(RESET, 70)
    passage.from_charger(ACCEPTED, 70)
    assert passage.is_quiet(70)


def test_an_answer_that_is_too_long_for_the_charger_ends_the_waiting_too(passage):
    passage.from_charger(call("a-1"), 0)
    passage.from_central(json.dumps([3, "a-1", {"data": "x" * 2048}]), 0)
    assert passage.is_quiet(0)


def test_the_last_calls_that_passed_are_known(passage):
    for number in range(20):
        passage.from_charger(call(f"a-{number}"), 0)
    passage.from_charger(call("x" * 37), 0)
    assert passage.passed == [f"a-{number}" for number in range(12, 20)]
    passage.closed(0)
    assert passage.passed == []


def test_what_the_charger_says_between_two_bridges_waits_and_what_has_passed_does_not_pass_again():
    passage = Passage()
    passage.awaited(["a-1", "a-2"], 100)
    assert passage.from_charger(call("a-2"), 100) == Verdict()
    assert passage.from_charger(call("a-3"), 100).forward
    passage.opened()
    assert passage.from_charger(call("a-1"), 104) == Verdict(), "the broker is slow here"
    assert what(passage.from_charger(ACCEPTED, 104)) == "old answer"


def test_a_call_that_the_charger_repeats_later_passes():
    passage = Passage()
    passage.awaited(["a-1"], 100)
    passage.opened()
    assert passage.from_charger(call("a-1"), 105).forward


def test_a_bridge_that_hands_over_at_once_says_what_the_one_before_it_has_passed():
    passage = Passage()
    passage.awaited(["a-1"], 0)
    passage.opened()
    passage.from_charger(call("a-2"), 0)
    assert passage.passed == ["a-1", "a-2"]


def test_where_the_websocket_does_not_open_nothing_waits_for_it_any_more():
    passage = Passage()
    passage.awaited(["a-1"], 0)
    passage.closed(1)
    assert what(passage.from_charger(call("a-2"), 1)) == "no connection"
