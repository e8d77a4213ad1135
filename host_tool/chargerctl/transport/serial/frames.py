# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
r"""What goes over the line, as bytes: requests, and the answers among whatever else a console says. Pure.

A request is a Python statement, x(b"BASE64"), of at most LONGEST bytes: a UART bridge without flow control drops what
is beyond 255. In the base64 are a CRC-32 of the rest, a number, a verb (a letter) and its arguments, so that a request
of which a byte was lost is not carried out. An answer is a line of its own kind,

    \x02 NN LLLL CCCCCCCC TEXT \x03       the number, the length of TEXT, the CRC-32 of number and TEXT, in hex

with TEXT `=BASE64` for success, `!NUMBER` for an OSError, `?NAME` for another exception, `~` for a request that
came damaged. Control bytes only are matched: the words of a console are in the language of its build.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

LONGEST = 251  # bytes of a statement, with the Ctrl-D behind it
_AROUND = len('x(b"")\x04')
_HEAD = 6  # CRC, number, verb
ROOM = (LONGEST - _AROUND) // 4 * 3 - _HEAD  # bytes of the arguments of one request
PLACE = 2  # bytes that say which piece it is
PIECE = ROOM - PLACE  # bytes of a file in one request

_FRAME = re.compile(rb"([0-9a-f]{2})([0-9a-f]{4})([0-9a-f]{8})([!-~]*)")
_LONGEST_ANSWER = 4096
_LONGEST_TITLE = 512
_STX, _ETX, _EOT, _BEL, _ESC, _PROMPT = 2, 3, 4, 7, 0x1B, ord(">")


def request(number: int, verb: str, arguments: bytes) -> bytes:
    """The statement that asks the helper for `verb`, with the Ctrl-D that has it run."""
    body = bytes((number, ord(verb))) + arguments
    sealed = binascii.crc32(body).to_bytes(4, "big") + body
    return b'x(b"' + binascii.b2a_base64(sealed, newline=False) + b'")\x04'


@dataclass(frozen=True)
class Answer:
    number: int
    text: bytes

    def encoded(self) -> bytes:
        """As a board prints it."""
        number = b"%02x" % self.number
        return b"\x02%s%04x%08x%s\x03" % (
            number,
            len(self.text),
            binascii.crc32(number + self.text),
            self.text,
        )


class Hearing:
    """Finds the answers in what a console says. `ends` counts the statements that have ended, with or without an answer."""

    def __init__(self) -> None:
        self.ends = 0
        self._before = 0  # the byte before this one
        self._frame: bytearray | None = None
        self._sequence: bytearray | None = None

    def hear(self, data: bytes) -> list[Answer]:
        """The answers that are complete now."""
        return [answer for byte in data if (answer := self._next(byte))]

    def _next(self, byte: int) -> Answer | None:
        if self._sequence is not None:
            self._in_sequence(byte)
            return None
        if byte == _ESC:
            self._sequence = bytearray()
            return None
        self.ends += self._before == _EOT and byte == _PROMPT
        self._before = byte
        if byte == _STX:
            self._frame = bytearray()
        elif self._frame is not None and byte == _ETX:
            frame, self._frame = self._frame, None
            return _answer(bytes(frame))
        elif self._frame is not None:
            self._frame.append(byte)
            if len(self._frame) > _LONGEST_ANSWER:
                self._frame = None
        return None

    def _in_sequence(self, byte: int) -> None:
        """What a terminal takes as a title (ESC ] … BEL, or ESC \\) or as a colour (ESC [ … letter) comes at any time."""
        assert self._sequence is not None
        self._sequence.append(byte)
        if self._sequence[0] == ord("]"):
            over = byte == _BEL or self._sequence[-2:] == b"\x1b\\" or len(self._sequence) > _LONGEST_TITLE
        else:
            over = self._sequence[0] != ord("[") or (len(self._sequence) > 1 and 0x40 <= byte <= 0x7E)
        if over:
            self._sequence = None


def _answer(frame: bytes) -> Answer | None:
    match = _FRAME.fullmatch(frame)
    if match is None:
        return None
    number, length, crc, text = match.groups()
    whole = int(length, 16) == len(text) and int(crc, 16) == binascii.crc32(number + text)
    return Answer(int(number, 16), text) if whole else None
