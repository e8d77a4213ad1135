# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Bytes of a console become lines, however they are cut up."""

import re

import pytest
from chargerctl.transport.lines import LONGEST, Lines
from hypothesis import given
from hypothesis import strategies as st

TITLE = b"\x1b]0;\xf0\x9f\x90\x8dWi-Fi: off | code.py | 10.3.0\x1b\\"


def texts(lines):
    return [line.text for line in lines]


def test_a_line_ends_with_a_line_feed_whatever_carriage_returns_are_before_it():
    assert texts(Lines().feed(b"one\r\ntwo\nthree\r\r\n")) == ["one", "two", "three"]


def test_a_line_may_come_in_pieces():
    lines = Lines()
    assert lines.feed(b"Boot") == []
    assert lines.waiting
    assert texts(lines.feed(b"Notification\r")) == []
    assert texts(lines.feed(b"\n")) == ["BootNotification"]
    assert not lines.waiting


def test_what_is_not_utf_8_is_shown():
    assert texts(Lines().feed(b"a\xffb\xc3\xa9\n")) == ["a\\xffb\u00e9"]


def test_title_sequences_are_left_out_between_lines_and_within():
    assert texts(Lines().feed(TITLE + b"one\r\n" + TITLE + b"tw" + TITLE + b"o\n")) == ["one", "two"]


def test_a_title_in_pieces_is_left_out_too():
    for cut in range(len(TITLE) + 1):
        lines = Lines()
        seen = lines.feed(b"on" + TITLE[:cut]) + lines.rest() + lines.feed(TITLE[cut:] + b"e\n")
        assert "".join(texts(seen)) == "one"


def test_a_title_without_end_hides_no_more_than_its_line():
    assert texts(Lines().feed(b"\x1b]0;forged\nnext\n")) == ["\x1b]0;forged", "next"]


def test_the_rest_of_a_line_that_was_shown_unfinished_continues_it():
    lines = Lines()
    lines.feed(b">>> ")
    (begun,) = lines.rest()
    (rest,) = lines.feed(b"import os\n")
    assert (begun.text, begun.ended, begun.continues) == (">>> ", False, False)
    assert (rest.text, rest.ended, rest.continues) == ("import os", True, True)


def test_a_character_is_not_shown_in_two_parts():
    lines = Lines()
    lines.feed("caf\u00e9".encode()[:-1])
    assert texts(lines.rest()) == ["caf"]
    assert texts(lines.feed("\u00e9\n".encode()[1:])) == ["\u00e9"]


def test_what_a_lost_connection_leaves_is_a_line_of_its_own():
    lines = Lines()
    lines.feed(b"[  12.345] ocpp   Boot")
    (last,) = lines.lost()
    (first,) = lines.feed(b"anew\n")
    assert (last.text, last.ended) == ("[  12.345] ocpp   Boot", False)
    assert (first.text, first.continues) == ("anew", False)


def test_a_line_without_end_is_given_out_in_parts():
    lines = Lines()
    seen = [line for _ in range(100) for line in lines.feed(b"x" * 1000)]
    assert all(len(line.text) <= LONGEST for line in seen)
    assert sum(len(line.text) for line in seen) > 100_000 - LONGEST - 1
    assert [line.continues for line in seen] == [False] + [True] * (len(seen) - 1)


def test_a_long_line_that_comes_at_once_is_parted_too():
    *parts, last = Lines().feed(b"x" * (2 * LONGEST + 5) + b"\n")
    assert [len(part.text) for part in parts] == [LONGEST, LONGEST]
    assert (last.text, last.ended) == ("xxxxx", True)


@pytest.mark.parametrize("end", [b"\r" * 5000, b"\x1b" * 5000, b"\xf0" * 5000, b"\x1b]" * 3000])
def test_nothing_that_comes_without_end_is_kept(end):
    lines = Lines()
    assert sum(len(line.text) for line in lines.feed(end)) > len(end) - LONGEST - 1


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"\n", b"\r\n", b"\r", b"\x1b", b"\x1b]0;", b"\x1b\\", TITLE, b"\xc3", b"\xa9", b"\xff"]
        ),
        st.binary(max_size=30),
        st.text(max_size=20).map(str.encode),
        st.just(b"y" * 3000),
    ),
    max_size=60,
)


@given(PIECES, st.sets(st.integers(0, 4000), max_size=30), st.data())
def test_nothing_is_lost_or_doubled_wherever_the_bytes_are_cut(pieces, cuts, data):
    whole = b"".join(pieces) + b"\n"
    lines = Lines()
    seen, begin = [], 0
    for cut in [*sorted(cut for cut in cuts if cut < len(whole)), len(whole)]:
        seen += lines.feed(whole[begin:cut])
        if data.draw(st.booleans()):
            seen += lines.rest()
        begin = cut
    assert "".join(line.text + ("\n" if line.ended else "") for line in seen) == expected(whole)


def expected(whole):
    """The same, from all bytes at once."""
    whole = re.sub(rb"\r+\n", b"\n", whole)
    whole = re.sub(rb"\x1b\][^\x07\x1b\n]{0,255}(?:\x07|\x1b\\)", b"", whole)
    return re.sub(rb"\r+\n", b"\n", whole).decode("utf-8", "backslashreplace")
