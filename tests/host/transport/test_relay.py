# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a board answers at its console about its relay, in whatever a console prints around it."""

from __future__ import annotations

import pytest
from chargerctl.transport.relay import (
    About,
    Listening,
    Relay,
    about,
    answer_in,
    listening_for_about,
    read_away,
)

HELD = "[  12.345] asked  relay open, no transaction, held open for 5 min\r\n"


@pytest.mark.parametrize(
    ("text", "answer", "stays_open"),
    [
        (HELD, Relay("open", False, "for 5 min"), True),
        ("[12345.678] asked  relay closed, transaction, not held\n", Relay("closed", True, ""), False),
        ("[  12.345] asked  relay open, transaction, not held\r\n", Relay("open", True, ""), False),
        ("[  12.345] asked  relay open, no transaction, not held\r\n", Relay("open", False, ""), False),
        (
            "asked  relay open, no transaction, held open by hold.py\r\n",
            Relay("open", False, "by hold.py"),
            True,
        ),
        (
            "asked  relay unknown, no transaction, held open by hold.py\r\n",
            Relay("unknown", False, "by hold.py"),
            False,
        ),
    ],
)
def test_an_answer_is_understood(text: str, answer: Relay, stays_open: bool) -> None:
    assert answer_in(text) == answer
    assert answer.stays_open == stays_open


def test_it_stands_among_other_lines_and_titles_and_the_last_counts() -> None:
    text = f"[   1.000] wifi   joined\r\n{HELD}\x1b]0;code.py\x1b\\" + HELD.replace("5 min", "4 min") + "[ 13"
    assert answer_in(text) == Relay("open", False, "for 4 min")


def test_only_hold_py_says_that_it_holds() -> None:
    assert answer_in("asked  relay open, no transaction, held open by hold.py\n").by_hold_py  # type: ignore[union-attr]
    assert not answer_in(HELD).by_hold_py  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "",
        HELD.rstrip(),  # the end of the line is still to come
        "?hold\r\n",
        f"[   1.000] card   {HELD}",  # what somebody else made the board print
        f"x{HELD}",
        "[  12.345] asked  relay ajar, no transaction, not held\r\n",
        "[  12.345] asked  firmware 1.0, serial t-1, up 3 s\r\n",
        "asked  relay open, no transaction, held open " + "x" * 41 + "\r\n",
    ],
)
def test_anything_else_is_no_answer(text: str) -> None:
    assert answer_in(text) is None


def test_it_is_found_however_it_is_cut_up() -> None:
    listening = Listening()
    said = f"\x1b]0;code.py\x1b\\{HELD}".encode()
    answers = [answer for at in range(len(said)) if (answer := listening.feed(said[at : at + 1]))]
    assert answers == [Relay("open", False, "for 5 min")]


def test_what_begins_like_a_title_hides_nothing() -> None:
    assert answer_in(f"\x1b]\r\n{HELD}\x1b]0;code.py\x07") == Relay("open", False, "for 5 min")


def test_titles_that_begin_without_end_are_read_once() -> None:
    """Searched again with every byte, these would take hours."""
    listening = Listening()
    for _ in range(500):
        assert listening.feed(b"\x1b]" * 2048) is None
    assert listening.feed(f"\r\n{HELD}".encode())


SAID = "firmware 0.1.0-rc.1, serial garage 1, left, up 3600 s, fault EmergencyStop, crashes 2"


def test_a_charger_says_who_it_is() -> None:
    assert about(SAID) == About("0.1.0-rc.1", "garage 1, left", 3600, "EmergencyStop", 2)
    assert about(SAID.replace("EmergencyStop", "None")) == About("0.1.0-rc.1", "garage 1, left", 3600, "", 2)
    assert about("relay open, no transaction, not held") is None
    assert about(f"firmware 0.1.0, serial {'x' * 81}, up 1 s, fault None, crashes 0") is None


def test_only_a_whole_line_of_the_answer_says_who_is_there() -> None:
    find = listening_for_about()
    line = f"[  61.002] asked  {SAID}\r\n".encode()
    assert find(f"{SAID}\r\n[   1.000] card   asked  {SAID}\r\n".encode()) is None
    assert [find(line[at : at + 1]) for at in range(len(line))] == [None] * (len(line) - 1) + [about(SAID)]


class Talking:
    """A console that says these pieces, `seconds` apart, and then nothing."""

    def __init__(self, pieces: list[bytes], seconds: float = 0.0) -> None:
        self.pieces, self.seconds = pieces, seconds
        self.now_s = 0.0
        self.typed = b""

    def read(self, timeout_s: float) -> bytes:
        self.now_s += self.seconds if self.pieces else timeout_s
        return self.pieces.pop(0) if self.pieces else b""

    def write(self, data: bytes) -> None:
        self.typed += data

    def close(self) -> None: ...


def test_what_a_console_has_kept_is_read_away_before_it_is_asked() -> None:
    console = Talking([HELD.encode()] * 3)
    read_away(console, lambda: console.now_s)
    assert console.pieces == []
    assert console.typed == b"\r", "a charger that nobody has read prints only then"
    assert console.now_s < 1


def test_a_console_that_never_ends_is_read_away_for_two_seconds() -> None:
    console = Talking([b"x"] * 100, 0.25)
    read_away(console, lambda: console.now_s)
    assert console.now_s == 2
