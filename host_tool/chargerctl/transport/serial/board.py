# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board whose program is stopped, and whose helper answers requests: sent again until they are confirmed, over a port that
may vanish and come back. Whatever happens, relay and lock are driven safe before anything else."""

from __future__ import annotations

import binascii
import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from chargerctl.errors import ChargerctlError
from chargerctl.transport.serial import agent
from chargerctl.transport.serial.frames import request
from chargerctl.transport.serial.link import LostError, Ports
from chargerctl.transport.serial.raw_repl import RawRepl, UnconfirmedError
from chargerctl.transport.volume import BoardError

_TRIES = 4  # of a request, before the board is thought to have lost its helper
_ATTACHES = 4  # in a row that bring no answer to the request that is asked
COMES_BACK_S = 30.0  # in which a port has to come back
_APPEARS_S = 3.0
_BETWEEN_S = 0.25
_FACTS = 3
_Found = TypeVar("_Found")
# As MicroPython numbers them, whatever this system does.
_ERRNOS = {
    1: "EPERM", 2: "ENOENT", 5: "EIO", 9: "EBADF", 12: "ENOMEM", 13: "EACCES", 16: "EBUSY", 17: "EEXIST", 19: "ENODEV",
    20: "ENOTDIR", 21: "EISDIR", 22: "EINVAL", 24: "EMFILE", 28: "ENOSPC", 30: "EROFS", 36: "ENAMETOOLONG",
    39: "ENOTEMPTY",
}  # fmt: skip


class RefusedError(OSError):
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
        self._outputs: dict[str, tuple[str, bool]] = {}

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
        """Stop the program, drive the outputs safe, define the helper. BoardError where the port does not come back;
        ChargerctlError for a board that does not answer, or is another one."""
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
        """RefusedError; BoardError where the port does not come back; ChargerctlError where the board stays silent."""
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
            f"{self.name} stopped answering: press the board's reset button (until then its charger is stopped), then run "
            "this again"
        )

    def drive_safe(self, outputs: Mapping[str, tuple[str, bool]]) -> None:
        """Drive these, (pin, safe level) by name, as well as those that the board knows by itself. Errors as of ask()."""
        for name, (pin, level) in outputs.items():
            answer = self.ask("k", _output(name, pin, level))
            if answer == b"d":
                self._say(f"{self.name}: {name} {pin} is driven safe, as the settings say")
            elif answer:
                self._say(f"warning: {self.name}: {name} {pin} cannot be driven safe")
        self._outputs = dict(outputs)

    def leave(self, overhear: Callable[[bytes], object] = len) -> bool:
        """Outputs safe, then a reset: what is on the board runs. False where it still answers at its prompt after that.
        Never raises for a board that does not answer.

        overhear: gets what it says from the reset on. The port stays open, unless it has vanished.
        """
        try:
            lost = self._repl is None
            repl = self._found_again()
            if lost and not repl.is_at_prompt():
                return True  # it was reset meanwhile, and runs
            try:
                self._once("g", b"", 1.0, False)
            except (UnconfirmedError, RefusedError):
                repl.clear()
            return repl.reset(overhear)
        except (LostError, ChargerctlError):
            self.close()
        return True

    def listen(self, find: Callable[[bytes], _Found | None], within_s: float) -> _Found | None:
        """What find() finds in what the board says by itself in this time, while its port may vanish and come back.
        LostError or ChargerctlError where it is away at the end."""
        end = self._ports.now() + within_s
        while True:
            try:
                return self._found_again().listen(find, end - self._ports.now())
            except (LostError, ChargerctlError):  # the system may not have given it to this user yet
                self.close()
                if self._ports.now() > end:
                    raise
                self._ports.sleep(_BETWEEN_S)

    def question(self, keys: bytes, find: Callable[[bytes], _Found | None], within_s: float) -> _Found | None:
        """Type something to the program that runs; what find() finds in what it says then. LostError."""
        repl = self._opened()
        repl.type(keys)
        return repl.listen(find, within_s)

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
            raise RefusedError(getattr(errno, _ERRNOS.get(code, "EIO"), errno.EIO), again)
        if kind == b"?" and rest == b"MemoryError":
            raise RefusedError(errno.ENOMEM, again)
        raise UnconfirmedError

    def _opened(self) -> RawRepl:
        if self._repl is None:
            self._repl = RawRepl(self._ports.open(self.name), self._ports)
        return self._repl

    def _names(self) -> list[str]:
        """That its port may have now. No other name before the UID is known: nothing would tell a board of somebody else."""
        return [name for name in self._ports.again(self.name) if name == self.name or self.facts.uid]

    def _found_again(self) -> RawRepl:
        """At the name that the board has now; LostError."""
        if self._repl is None:
            for name in self._names():
                self._repl = RawRepl(self._ports.open(name), self._ports)
                self.name = name
                return self._repl
            raise LostError(errno.ENODEV, "is not there", self.name)
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
        for output, (pin, level) in self._outputs.items():
            self._once("k", _output(output, pin, level), 3.0, False)

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
        """Attach anew, wherever the board is now. BoardError where it does not come back in time."""
        end = self._ports.now() + COMES_BACK_S
        told = False
        while True:
            here = self.name
            for name in self._names():
                self.name = name
                try:
                    self._attach()
                    return
                except (LostError, UnconfirmedError):
                    self.close()
            self.name = here
            if self._ports.now() > end:
                raise BoardError(
                    f"{here} did not come back within {COMES_BACK_S:.0f} s: plug the board in again and press its reset "
                    "button (until then its charger is stopped), then run this again"
                )
            if not told:
                self._say(f"{here} is gone: waiting for it to come back")
                told = True
            self._ports.sleep(_BETWEEN_S)


def _output(name: str, pin: str, level: bool) -> bytes:
    return f"{name}\0{pin}\0{level:d}".encode()
