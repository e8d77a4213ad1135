# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What goes over a serial line: requests, and the answers among whatever else a console says."""

from __future__ import annotations

import base64
import binascii

from chargerctl.transport.serial.frames import LONGEST, ROOM, Answer, Hearing, request
from hypothesis import given
from hypothesis import strategies as st

ANSWER = Answer(7, b"=aGVsbG8=")
TITLE = b"\x1b]0;board | 12:00\x1b\\"


def heard(data: bytes, hearing: Hearing | None = None) -> list[Answer]:
    return (hearing or Hearing()).hear(data)


def test_an_answer_is_found_among_the_lines_of_a_console() -> None:
    assert heard(b"OK[  1.5] boot\r\n" + ANSWER.encoded() + b"\r\n\x04\x04>") == [ANSWER]


def test_it_is_found_wherever_the_pieces_end() -> None:
    said = TITLE + b"x\r\n" + ANSWER.encoded() + TITLE + b"\x04\x04>"
    for end in range(len(said)):
        hearing = Hearing()
        assert heard(said[:end], hearing) + heard(said[end:], hearing) == [ANSWER], end
        assert hearing.ends == 1


def test_a_title_within_an_answer_is_taken_out() -> None:
    whole = ANSWER.encoded()
    for at in range(1, len(whole)):
        assert heard(whole[:at] + TITLE + whole[at:]) == [ANSWER]


def test_an_answer_of_which_any_byte_was_lost_or_changed_does_not_count() -> None:
    whole = ANSWER.encoded()
    for at in range(len(whole)):
        assert heard(whole[:at] + whole[at + 1 :] + b"\x04\x04>") == []
        assert heard(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]) == []


def test_one_that_was_cut_does_not_hide_the_next() -> None:
    assert heard(ANSWER.encoded()[:9] + ANSWER.encoded()) == [ANSWER]


def test_without_its_end_nothing_is_kept_for_ever() -> None:
    hearing = Hearing()
    for _ in range(100):
        assert heard(b"\x02" + b"0" * 10_000 + b"\x1b]" + b"t" * 10_000, hearing) == []
    assert len(hearing._frame or b"") + len(hearing._sequence or b"") < 10_000
    assert heard(b"\x07" + ANSWER.encoded(), hearing) == [ANSWER]


@given(st.binary(max_size=300))
def test_noise_is_never_an_answer(noise: bytes) -> None:
    assert heard(noise) == []


def test_a_request_fits_in_what_a_bridge_lets_through() -> None:
    statement = request(255, "w", bytes(ROOM))
    assert len(statement) <= LONGEST <= 255
    assert len(request(255, "w", bytes(ROOM + 3))) > LONGEST


def test_no_request_has_a_byte_that_the_console_acts_on() -> None:
    """Ctrl-C would end it; the only Ctrl-D has it run."""
    statement = request(3, "w", bytes(range(ROOM)))
    assert min(statement[:-1]) >= 0x20
    assert statement[-1:] == b"\x04"


def test_the_board_can_tell_a_request_that_came_damaged() -> None:
    body = base64.b64decode(request(3, "u", b"code.py")[4:-3])
    assert body[4:] == b"\x03ucode.py"
    assert int.from_bytes(body[:4], "big") == binascii.crc32(body[4:])
