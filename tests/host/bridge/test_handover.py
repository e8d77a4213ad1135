# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What one bridge leaves for the next, and what that one has heard itself."""

import pytest
from chargerctl.bridge.handover import LastCalls, note, of_note

HEARTBEAT = b' [ 2, "a-1","Heartbeat",{}]'


@pytest.mark.parametrize("passed", [[], ["a-1"], ["\x00", "é", "\ud800", '"']])
def test_a_note_is_read_as_it_was_written_and_a_database_can_keep_it(passed):
    text = note(passed)
    assert of_note(text) == passed
    assert text.isascii()
    assert text.isprintable()


def test_the_longest_note_is_one_that_the_register_takes():
    assert len(note(["x" * 36] * 8)) < 1024


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "[1]", "[" * 100_000])
def test_what_is_no_note(text):
    assert of_note(text) is None


def test_the_last_call_is_given_once_and_only_while_it_may_count():
    calls = LastCalls()
    calls.heard("c1", b'[2,"a-0","Authorize",{}]', 0)
    calls.heard("c1", HEARTBEAT, 1)
    calls.heard("c1", b'[3,"a-1",{}]', 2)
    calls.heard("c1", b'[2,"' + b"x" * 5000 + b'"]', 2)
    assert calls.take("c1", 3) == HEARTBEAT
    assert calls.take("c1", 3) is None
    calls.heard("c1", HEARTBEAT, 0)
    assert calls.take("c1", 15) is None
    assert calls.take("c2", 0) is None
