# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Python's raw REPL on the other end of a stream: short statements, one at a time, each confirmed or not.

Nothing is taken for done because nothing was said against it: a statement counts when its answer came, whole.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from chargerctl.transport.serial.agent import PRINTER
from chargerctl.transport.serial.frames import LONGEST, Answer, Hearing
from chargerctl.transport.serial.link import Ports, Stream

_INTERRUPT, _RAW, _RUN, _KEY = b"\x03", b"\x01", b"\x04", b"\r"
# Seconds of silence after which the board is thought to have said all, tried one after the other: a program may be in the
# middle of something when the Ctrl-C comes.
_PATIENCE_S = (0.2, 0.5, 1.0, 2.0, 4.0, 4.0)
_PROBE_S = 1.0
_GRACE_S = 0.3  # for an answer after the end of its statement, which may be the end of the one before
_PIECE = 200  # bytes of a text in one statement, written as Python writes it
_RESETS = 3
# `p` is not defined where the board did not come as far as that.
_RESET = """
import microcontroller as M
try:p(NUMBER,"")
except NameError:0
M.reset()
"""
_Found = TypeVar("_Found")


class UnconfirmedError(Exception):
    """No answer came, or none that was whole. What was asked may be done, or not."""


class RawRepl:
    def __init__(self, stream: Stream, ports: Ports) -> None:
        self._stream = stream
        self._ports = ports
        self._hearing = Hearing()
        self._number = 0
        self._overhear: Callable[[bytes], object] = len

    def enter(self) -> None:
        """End the program and get to the raw REPL, and define what prints answers; UnconfirmedError where the board does not
        answer."""
        for patience in _PATIENCE_S:
            self._say(_KEY + _INTERRUPT, patience)
            self._say(_INTERRUPT + _KEY, patience)
            self._say(_RAW, 0.1)
            try:
                self.confirm(PRINTER, _PROBE_S)
            except UnconfirmedError:
                continue
            return
        raise UnconfirmedError

    def is_at_prompt(self) -> bool:
        """Whether the board runs no program. One that runs goes on.

        As few bytes as can be: a program that does not read its console leaves them in the board's ring of 128, and behind a
        full ring no Ctrl-C is seen any more.
        """
        self._say(_KEY, 0.3)
        self._say(_RAW, 0.1)
        number = self.next_number()
        frame = repr(Answer(number, b"").encoded())[1:].replace("'", '"')
        try:
            self.exchange(f"print({frame})".encode() + _RUN, number, _PROBE_S)
        except UnconfirmedError:
            return False
        return True

    def confirm(self, code: str, patience_s: float, result: str = '""') -> bytes:
        """Run the code; what the expression `result` gives as text. UnconfirmedError, also where the code raises."""
        number = self.next_number()
        statement = f"{code.strip()}\np({number},{result})".encode()
        assert len(statement) < LONGEST, statement
        return self.exchange(statement + _RUN, number, patience_s)

    def define(self, text: str, name: str) -> None:
        """Give the variable `name` this text, in pieces."""
        pieces = list(_pieces(text))
        self._confirmed("k={}")
        for place, piece in enumerate(pieces):
            self._confirmed(f"k[{place}]={piece!a}")
        whole = f'{name}="".join([k[j] for j in range({len(pieces)})])'
        if self._confirmed(whole, f'"%d"%b.crc32({name}.encode())') != b"%d" % binascii.crc32(text.encode()):
            raise UnconfirmedError

    def exchange(self, statement: bytes, number: int, patience_s: float) -> bytes:
        """Send a statement, return the text of its answer; UnconfirmedError."""
        ends = self._hearing.ends
        self._stream.write(statement)
        text = None
        deadline = self._ports.now() + patience_s
        while (left := deadline - self._ports.now()) > 0:
            heard = self._read(min(left, _GRACE_S))
            for answer in self._hearing.hear(heard):
                if answer.number == number and text is None:
                    text = answer.text
                    deadline = min(deadline, self._ports.now() + 0.05)  # for the end of the statement
            if self._hearing.ends > ends:
                if text is not None:
                    return text
                deadline = min(deadline, self._ports.now() + _GRACE_S)
        if text is None:
            raise UnconfirmedError
        return text

    def clear(self) -> None:
        """Have the board forget half a statement, or end one that hangs."""
        self._say(_INTERRUPT, 0.2)

    def reset(self, overhear: Callable[[bytes], object]) -> bool:
        """Reset the board; False where it still answers at its prompt after that. LostError: its port went with the reset.

        overhear: gets all that the board says from now on. No Ctrl-C is sent: it would end the program that starts.
        """
        self._overhear = overhear
        for _ in range(_RESETS):
            number, ends = self.next_number(), self._hearing.ends
            with suppress(UnconfirmedError):
                self.exchange(_RESET.replace("NUMBER", str(number)).encode() + _RUN, number, _PROBE_S)
                if self._hearing.ends == ends:
                    return True
            if not self._runs_statements():
                return True
        return False

    def listen(self, find: Callable[[bytes], _Found | None], within_s: float) -> _Found | None:
        """What find() finds in what the console says; None where it finds nothing in this time."""
        end = self._ports.now() + within_s
        while (left := end - self._ports.now()) > 0:
            if found := find(self._stream.read(min(left, 1.0))):
                return found
        return None

    def type(self, keys: bytes) -> None:
        self._stream.write(keys)

    def close(self) -> None:
        self._stream.close()

    def _confirmed(self, code: str, result: str = '""') -> bytes:
        for _ in range(3):
            try:
                return self.confirm(code, 2.0, result)
            except UnconfirmedError:
                self.clear()
        raise UnconfirmedError

    def next_number(self) -> int:
        """Of the next statement, so that a late answer is not taken for that of another."""
        self._number = (self._number + 1) % 256
        return self._number

    def _runs_statements(self) -> bool:
        """Whether the board is at a prompt, in the raw REPL by now. Half a statement is forgotten."""
        ends = self._hearing.ends
        self._stream.write(_KEY + _RAW + b"0" + _RUN)
        end = self._ports.now() + _PROBE_S
        while self._hearing.ends == ends and (left := end - self._ports.now()) > 0:
            self._hearing.hear(self._read(left))
        return self._hearing.ends > ends

    def _read(self, timeout_s: float) -> bytes:
        heard = self._stream.read(timeout_s)
        self._overhear(heard)
        return heard

    def _say(self, keys: bytes, quiet_s: float) -> None:
        """Type these, and wait until nothing has been said for so long; not for ever, where a program says things."""
        self._stream.write(keys)
        end = self._ports.now() + 4 * quiet_s
        while self._ports.now() < end:
            heard = self._read(quiet_s)
            if not heard:
                return
            self._hearing.hear(heard)


def _pieces(text: str) -> Iterator[str]:
    while text:
        end = _PIECE
        while len(ascii(text[:end])) > _PIECE:
            end -= 8
        yield text[:end]
        text = text[end:]
