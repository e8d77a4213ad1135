# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Lines of the script language that a person gives while the simulation runs: each acts at once, at the next clock step.

Each is one event `hand` with its number `line`, from 1, and its `text`; one that is wrong, or that fails, has an `error`.
"""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

from chargerctl.errors import ChargerctlError, InputError
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.script.language import Statement, parse_line
from chargerctl.simulator.script.line import Stage
from chargerctl.simulator.script.stage import Surroundings
from chargerctl.simulator.script.values import ExpectedError

LONGEST = 4096  # characters of a line
_SHOWN = 200  # of one that is refused
MOST = 50  # lines that wait; a person is never so fast


class Hand:
    """Carries out on the board's thread what give() gets on any other."""

    def __init__(self, clock: Clock, events: Events, stage: Stage) -> None:
        self._clock = clock
        self._events = events
        self._stage = stage
        self._lock = threading.Lock()
        # None: some were left out here.
        self._waiting: deque[tuple[int, str | None]] = deque()
        self._given = 0

    def give(self, text: str) -> None:
        """Have one line act, after those before it. Too long a line is refused, and so is one behind MOST others."""
        with self._lock:
            self._given += 1
            if len(self._waiting) > MOST:
                return
            crowded = len(self._waiting) == MOST
            self._waiting.append((self._given, None if crowded else text[: LONGEST + 1]))
            first = len(self._waiting) == 1
        if first:
            self._clock.post(self._step)

    def _step(self) -> None:
        """One line acts, and the next one in a step of its own, as in a script."""
        with self._lock:
            number, text = self._waiting[0]
        self._take(number, text)
        with self._lock:
            self._waiting.popleft()
            more = bool(self._waiting)
        if more:
            self._clock.call_in(0, self._step)

    def _take(self, number: int, text: str | None) -> None:
        if text is None:
            self._refuse(number, "", f"more than {MOST} lines wait: some were left out")
            return
        try:
            statement = self._checked(number, text)
            act = statement.form.act
            assert act is not None
            self._events.emit_once_done(
                lambda: act(self._stage, **statement.arguments), "hand", line=number, text=statement.text
            )
        except (ChargerctlError, ExpectedError, OSError) as error:
            self._refuse(number, text[:_SHOWN].strip(), str(error))

    def _refuse(self, number: int, text: str, why: str) -> None:
        self._events.emit("hand", line=number, text=text, error=why)

    def _checked(self, number: int, text: str) -> Statement:
        """What the line says. Raises InputError or ExpectedError where it cannot be done by hand."""
        if len(text) > LONGEST:
            raise InputError(f"a line has at most {LONGEST} characters")
        if "\n" in text or "\r" in text:
            raise InputError("one line at a time")
        statement = parse_line(number, text, Path())
        if statement is None:
            raise InputError("the line is empty: there is nothing to do")
        word = statement.form.keywords[0]
        if statement.form.act is None:
            raise InputError(f"{word} only makes sense in a script: by hand, time passes by itself")
        if any(isinstance(value, Path) for value in statement.arguments.values()):
            raise InputError(f"{word} writes a file, which no line by hand can")
        if statement.needs_central and self._stage.central is None:
            raise InputError(f"{word} needs chargerctl's own central system: leave out --central none")
        require_part(statement, self._stage.world)
        return statement


def require_part(statement: Statement, world: Surroundings) -> None:
    """Raise InputError when the line is about a part that this charger has not."""
    part = statement.arguments.get("switch") or statement.arguments.get("part")
    if part is not None:
        world.require(str(part))
