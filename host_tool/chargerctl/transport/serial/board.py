# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board whose program is stopped, and whose helper answers requests: sent again until they are confirmed, over a port that
may vanish and come back. Whatever happens, relay and lock are driven safe before anything else."""

from __future__ import annotations

import binascii
import errno
import os
from collections.abc import Callable
from dataclasses import dataclass

from chargerctl.errors import ChargerctlError
from chargerctl.transport.serial import agent
from chargerctl.transport.serial.frames import request
from chargerctl.transport.serial.link import LostError, Ports
from chargerctl.transport.serial.raw_repl import RawRepl, UnconfirmedError

_TRIES = 4  # of a request, before the board is thought to have lost its helper
_ATTACHES = 4  # in a row that bring no answer to the request that is asked
COMES_BACK_S = 30.0  # in which a port has to come back
_APPEARS_S = 3.0
_BETWEEN_S = 0.25
_FACTS = 3
# As MicroPython numbers them, whatever this system does.
_ERRNOS = {
    1: "EPERM", 2: "ENOENT", 5: "EIO", 9: "EBADF", 12: "ENOMEM", 13: "EACCES", 16: "EBUSY", 17: "EEXIST", 19: "ENODEV",
    20: "ENOTDIR", 21: "EISDIR", 22: "EINVAL", 24: "EMFILE", 28: "ENOSPC", 30: "EROFS", 36: "ENAMETOOLONG",
    39: "ENOTEMPTY",
}  # fmt: skip


class BoardError(OSError):
    """The board's file system refused. again: the request was sent more than once, so that an earlier one may have been
    carried out."""

    def __init__(self, number: int, again: bool) -> None:
        super().__init__(number, os.strerror(number))
        self.again = again


@dataclass(frozen=True)
class Facts:
    """What a board says about itself. read_only: its drive belongs to USB. inflates: it has zlib. outputs: those that are
    driven safe, "relay" and "lock"."""

    uid: str = ""
    read_only: bool = False
    inflates: bool = False
    outputs: tuple[str, ...] = ()


class Board:
    """hold: the text of a program with safe_outputs(), for a board that has none."""

    def __init__(self, ports: Ports, name: str, hold: str, say: Callable[[str], None]) -> None:
        self._ports = ports
        self.name = name
        self._hold = hold
        self._say = say
        self._repl: RawRepl | None = None
        self.facts = Facts()

    def open(self) -> None:
        """Open the port; it may be away for a moment because the board was just reset. LostError."""
        end = self._ports.now() + _APPEARS_S
        while self._repl is None:
            try:
                self._repl = RawRepl(self._ports.open(self.name), self._ports)
            except LostError:
                if self._ports.now() > end:
                    raise
                self._ports.sleep(_BETWEEN_S)

    def runs_nothing(self) -> bool:
        """Whether the board is at its prompt; a program that runs goes on."""
        return self._opened().is_at_prompt()

    def attach(self) -> None:
        """Stop the program, drive the outputs safe, define the helper. LostError; ChargerctlError for a board that does not
        answer, or is another one."""
        try:
            try:
                self._attach()
            except LostError:
                self.close()
                self._come_back()
        except UnconfirmedError:
            raise ChargerctlError(
                f"{self.name} does not answer: close any terminal that has it open, press the board's reset button, and run "
                "this again; a board in its boot loader has to be plugged in again"
            ) from None

    def ask(self, verb: str, arguments: bytes = b"", patience_s: float = 3.0) -> bytes:
        """BoardError; LostError where the port does not come back; ChargerctlError where the board stays silent."""
        again = False
        for attach in range(_ATTACHES):
            if attach:
                self._come_back()
            try:
                for attempt in range(_TRIES):
                    try:
                        return self._once(verb, arguments, patience_s * (attempt + 1), again)
                    except UnconfirmedError:
                        again = True
                        self._opened().clear()
            except LostError:
                again = True
                self.close()
        raise ChargerctlError(
            f"{self.name} stopped answering: plug the board in again and run this again; it goes on where it was"
        )

    def leave(self) -> None:
        """Outputs safe, then a reset: what is on the board runs. Never raises for a board that does not answer."""
        try:
            repl = self._opened()
            try:
                self._once("g", b"", 1.0, False)
            except UnconfirmedError:
                repl.clear()
            repl.reset("import microcontroller;microcontroller.reset()")
        except (LostError, BoardError, ChargerctlError):
            pass
        self.close()

    def _once(self, verb: str, arguments: bytes, patience_s: float, again: bool) -> bytes:
        repl = self._opened()
        number = repl.next_number()
        text = repl.exchange(request(number, verb, arguments), number, patience_s)
        kind, rest = text[:1], text[1:]
        if kind == b"=":
            try:
                return binascii.a2b_base64(rest)
            except binascii.Error:
                raise UnconfirmedError from None
        if kind == b"!":
            code = int(rest) if rest.isdigit() else 0
            raise BoardError(getattr(errno, _ERRNOS.get(code, "EIO"), errno.EIO), again)
        if kind == b"?" and rest == b"MemoryError":
            raise BoardError(errno.ENOMEM, again)
        raise UnconfirmedError

    def _opened(self) -> RawRepl:
        if self._repl is None:
            self._repl = RawRepl(self._ports.open(self.name), self._ports)
        return self._repl

    def close(self) -> None:
        """Close the port, and do nothing else to the board."""
        if self._repl:
            self._repl.close()
        self._repl = None

    def _attach(self) -> None:
        repl = self._opened()
        repl.enter()
        self._drive_safe(repl)
        repl.define(agent.HELPER, "y")
        repl.confirm("exec(y)", 5.0)
        said = self._once("i", b"", 3.0, False).decode(errors="replace").split("\0")
        if len(said) < _FACTS:
            raise UnconfirmedError
        uid, read_only, inflates, *outputs = said
        if self.facts.uid and uid != self.facts.uid:
            raise ChargerctlError(
                f"another board is at {self.name} now: plug the first one in again, and run this again"
            )
        self.facts = Facts(uid, read_only == "1", inflates == "1", tuple(outputs))

    def _drive_safe(self, repl: RawRepl) -> None:
        for _ in range(2):
            try:
                repl.confirm(agent.HOLD, 3.0)
                return
            except UnconfirmedError:
                repl.clear()
        repl.define(self._hold, "y")
        repl.confirm(agent.HOLD_OF_LAPTOP, 5.0)

    def _come_back(self) -> None:
        """Attach anew, wherever the board is now. LostError where it does not come back in time."""
        end = self._ports.now() + COMES_BACK_S
        told = False
        while True:
            here = self.name
            for name in self._ports.again(here):
                if name != here and not self.facts.uid:
                    continue  # nothing would tell a board of somebody else
                self.name = name
                try:
                    self._attach()
                    return
                except (LostError, UnconfirmedError):
                    self.close()
            self.name = here
            if self._ports.now() > end:
                raise LostError(errno.ENODEV, "the port did not come back", self.name)
            if not told:
                self._say(f"{self.name} is gone: waiting for it to come back")
                told = True
            self._ports.sleep(_BETWEEN_S)
