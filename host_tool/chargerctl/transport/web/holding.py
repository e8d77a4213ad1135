# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Before a file is read or written over the network: the board says that its relay is open, and holds it open.

A file on its way stops the board's program until its last byte, so with the relay closed nobody would see the cable come
out. For reading, the charger's own promise is enough, which is given back at the end. But each change restarts the program,
which forgets what it has promised: so the first change is the mark /.held, with which code.py holds the outputs safe instead
of starting the charger (firmware/hold.py), and nothing else is written before hold.py has said so itself. A hard reset ends
that hold; so wherever the board was silent for a moment, the mark is looked for before the next write.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from chargerctl.transport.relay import FREE, HOLD, LOOK, SILENT, Relay
from chargerctl.transport.volume import BoardError, Restarted
from chargerctl.transport.web.client import WebClient

MARK = ".held"
_PLACE = f"/fs/{MARK}"
_ANSWER_S = 10
_RESTART_S = 45
_START_S = 60  # in which a charger starts
_PROMISED_S = 240  # of the five minutes
_HELD_S = (
    10  # hold.py may reset the board at any moment: less than a charger needs to start and to close its relay
)
_RELOAD_S = 3  # until a program that was started anew by the last change can answer


class Hold:
    """ask(question, seconds): the board's answer at its console, or None. force: read although the relay may be closed, and
    read and write a board that does not answer."""

    def __init__(
        self,
        client: WebClient,
        ask: Callable[[bytes, float], Relay | None],
        force: bool,
        say: Callable[[str], None],
    ) -> None:
        self.client = client
        self._ask = ask
        self._force = force
        self._say = say
        self._open_until = 0.0
        self._begun = self._marked = self._unguarded = self._promised = False
        self._breaks = 0  # of the client, when the board was last known to hold
        self._shown = client.access.shown
        self._warned: set[str] = set()

    def before_read(self) -> None:
        """Return when the relay stays open for long enough, or with force; BoardError."""
        if self._unguarded:
            return
        if self._begun:
            self._check()
            return
        if self.client.clock() < self._open_until and self.client.breaks == self._breaks:
            return
        answer = self._asked()
        if answer is not None and answer.by_hold_py:
            self.client.pause(_RELOAD_S)  # it may just have ended
            answer = self._asked()
        if answer is None:
            self._silent()
        elif not answer.stays_open:
            if not self._force:
                raise BoardError(
                    f"{self._shown}: {answer}: {answer.remedy}, or use --force (a file that is read over the network stops "
                    "the program meanwhile)"
                )
            self._warn(f"{self._shown}: {answer}, and each file that is read stops its program")

    def before_write(self) -> None:
        """Return when the relay is open and stays so; BoardError."""
        if not self._begun:
            self._begin()
        elif not self._unguarded:
            self._check()

    def end(self) -> OSError | None:
        """Let the board run what is on it. Out of reach, which is returned, it does by itself after five minutes."""
        try:
            if self._marked:
                self._marked = self._begun = self._promised = False
                self._open_until = 0.0
                self.client.request("DELETE", _PLACE)
            elif self._promised:
                self._promised = False
                self._ask(FREE, _ANSWER_S)
        except FileNotFoundError:
            return None  # the board was reset, which ends it, too
        except OSError as error:
            return error
        return None

    def restart(self) -> Restarted:
        """End the hold, and see that the charger runs."""
        error = self.end()
        holds = False
        end = self.client.clock() + _START_S
        while self.client.clock() < end:
            self.client.pause(1)
            with suppress(BoardError):  # the console may close while the program starts again
                if (answer := self._ask(LOOK, _ANSWER_S)) and answer.by_charger:
                    return Restarted("the charger runs; a new boot.py counts from the board's next reset on")
                holds = answer is not None
        if error:
            state = f"could not be told to start ({error.strerror or error}); 5 minutes after the last change it does so"
        elif holds:
            state = f"holds its outputs safe, and has started no charger within {_START_S} s"
        else:
            state = f"has not said within {_START_S} s that its charger runs"
        return Restarted(f"the board {state}: look with chargerctl monitor --host {self._shown}", well=False)

    def _asked(self) -> Relay | None:
        answer = self._ask(HOLD, _ANSWER_S)
        self._promised = answer is not None and answer.stays_open and not answer.by_hold_py
        held = answer is not None and answer.by_hold_py
        self._open_until = self.client.clock() + (_HELD_S if held else _PROMISED_S)
        self._breaks = self.client.breaks
        return answer

    def _begin(self) -> None:
        answer = self._asked()
        if answer is None:
            self._silent()
            self._unguarded = True
        elif not answer.stays_open:
            raise BoardError(
                f"{self._shown}: {answer}: {answer.remedy} (--force does not help: a write over the network stops the "
                "program that would open the relay)"
            )
        else:
            self._mark()
        self._begun = True

    def _silent(self) -> None:
        """Return with force; BoardError. Silence is no promise: a charger may charge there that cannot answer."""
        if not self._force:
            raise BoardError(
                f"{self._shown} does not say that its relay is open ({SILENT}, or a computer that has the USB console "
                "open): make sure that no vehicle is connected, then use --force; or use --port"
            )
        self._warn(
            f"{self._shown} does not say that its relay is open, and each file on its way stops its program"
        )

    def _warn(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            self._say(f"warning: {text} (--force)")

    def _mark(self) -> None:
        self._say(f"{self._shown}: its relay is open; the charger stops until this has ended")
        self._marked = True
        self.client.request("PUT", _PLACE, b"")
        end = self.client.clock() + _RESTART_S
        while self.client.clock() < end:
            with suppress(BoardError):  # the console may close while the program starts again
                answer = self._ask(HOLD, _ANSWER_S)
                if answer is not None and answer.by_hold_py:
                    self._breaks = self.client.breaks
                    return
            self.client.pause(1)
        self.end()
        raise BoardError(
            f"{self._shown} did not stop its charger within {_RESTART_S} s: an older firmware cannot; deploy with --port"
        )

    def _check(self) -> None:
        """BoardError where the mark is gone: from then on nothing more is written or read."""
        if self._marked and self.client.breaks == self._breaks:
            return
        try:
            if self._marked:
                self.client.request("GET", _PLACE)
        except FileNotFoundError:
            self._marked = False
        if not self._marked:
            raise BoardError(
                f"{self._shown} was reset meanwhile, so its relay may close again: run this again"
            )
        self._breaks = self.client.breaks
