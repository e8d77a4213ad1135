# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Before anything is written over the network: the board says that its relay is open, and holds it open.

A file that arrives stops the board's program until its last byte, so with the relay closed nobody would see the cable
come out. And each change restarts the program, which forgets what it has promised: so the first change is the mark /.held,
with which code.py holds the outputs safe instead of starting the charger (firmware/hold.py), and nothing else is written
before hold.py has said so itself. A hard reset ends that hold; so wherever the board was silent for a moment, the mark is
looked for before the next write.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from chargerctl.transport.relay import HOLD, Relay
from chargerctl.transport.volume import BoardError
from chargerctl.transport.web.client import WebClient

MARK = ".held"
_PLACE = f"/fs/{MARK}"
_ANSWER_S = 10
_RESTART_S = 45


class Hold:
    """ask(question, seconds): the board's answer at its console, or None. force: write to a board that gives none."""

    def __init__(
        self,
        client: WebClient,
        ask: Callable[[bytes, float], Relay | None],
        force: bool,
        say: Callable[[str], None],
    ) -> None:
        self._client = client
        self._ask = ask
        self._force = force
        self._say = say
        self._begun = self._marked = False
        self._breaks = 0  # of the client, when the mark was last seen
        self._shown = client.access.shown

    def before_write(self) -> None:
        """Return when the relay is open and stays so; BoardError."""
        if not self._begun:
            self._begin()
        elif self._marked:
            self._check()

    def end(self) -> None:
        """Let the board run what is on it; should it be out of reach, it does by itself after five minutes."""
        if self._marked:
            self._marked = False
            with suppress(OSError):
                self._client.request("DELETE", _PLACE)

    def _begin(self) -> None:
        answer = self._ask(HOLD, _ANSWER_S)
        if answer is None and not self._force:
            raise BoardError(
                f"{self._shown} does not say that its relay is open: no charger runs there, or an older one. Make sure "
                "that no vehicle is connected, then use --force; or deploy with --port"
            )
        if answer is None:
            self._say(f"warning: {self._shown} does not say that its relay is open (--force)")
        elif not answer.stays_open:
            raise BoardError(
                f"{self._shown}: {answer}: end the charge at the charger, then run this again (--force does not help: a "
                "write over the network stops the program that would open the relay)"
            )
        else:
            self._mark()
        self._begun = True

    def _mark(self) -> None:
        self._say(f"{self._shown}: its relay is open; the charger stops until this has ended")
        self._marked = True
        self._client.request("PUT", _PLACE, b"")
        end = self._client.clock() + _RESTART_S
        while self._client.clock() < end:
            with suppress(BoardError):  # the console may close while the program starts again
                answer = self._ask(HOLD, _ANSWER_S)
                if answer is not None and answer.by_hold_py:
                    self._breaks = self._client.breaks
                    return
            self._client.pause(1)
        self.end()
        raise BoardError(
            f"{self._shown} did not stop its charger within {_RESTART_S} s: an older firmware cannot; deploy with --port"
        )

    def _check(self) -> None:
        if self._client.breaks == self._breaks:
            return
        try:
            self._client.request("GET", _PLACE)
        except FileNotFoundError:
            self._marked = False
            raise BoardError(
                f"{self._shown} was reset meanwhile, so its relay may close again: run this again"
            ) from None
        self._breaks = self._client.breaks
