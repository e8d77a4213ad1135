# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Carries a checked script out, stepped by the board's clock.

Each line acts in a clock step of its own; only `wait` and `expect` let time pass between lines. What each line does is in
lines/; how a board works is not known here.
"""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock, Timer
from chargerctl.simulator.machine.events import Event, Events
from chargerctl.simulator.script.language import Script, Statement
from chargerctl.simulator.script.line import Expectation, Stage


class Runner:
    """Runs `script` on a stage; calls `finish(why)` once: with "" after its last line, else what failed."""

    def __init__(
        self, script: Script, clock: Clock, events: Events, stage: Stage, finish: Callable[[str], object]
    ) -> None:
        self._clock = clock
        self._events = events
        self._stage = stage
        self._finish = finish
        self._name = script.name
        self._statements = iter(script.statements)
        self._statement: Statement | None = None
        # The expectation that is still open, and when it fails.
        self._open: tuple[Expectation, Timer] | None = None
        events.listen(self._on_event)

    def start(self) -> None:
        """Have the first line act at the next clock step."""
        self._go_on()

    def _go_on(self, us: int = 0) -> None:
        self._clock.call_in(us, self._step)

    def _step(self) -> None:
        self._statement = statement = next(self._statements, None)
        if statement is None:
            self._finish("")
            return
        line = statement.form
        if line.act is not None:
            self._events.emit("script", line=statement.line, text=statement.text)
            self._go_on()
            line.act(self._stage, **statement.arguments)
        elif line.timed is not None:
            self._wait_for(line.timed(self._stage, **statement.arguments))

    def _wait_for(self, what: float | Expectation) -> None:
        if not isinstance(what, Expectation):
            self._go_on(_us(what))
        elif what.holds():
            self._settle(what, True)
        else:
            deadline = self._clock.call_in(_us(what.within), lambda: self._on_deadline(what))
            self._open = what, deadline

    def _on_event(self, event: Event) -> None:
        if self._open is None:
            return
        expectation, deadline = self._open
        if event["kind"] == expectation.wakes and expectation.holds():
            deadline.cancel()
            self._open = None
            # Not at once: other listeners get this event first, and before the next one.
            self._clock.call_in(0, lambda: self._settle(expectation, True))

    def _on_deadline(self, expectation: Expectation) -> None:
        self._open = None
        self._settle(expectation, expectation.holds())

    def _settle(self, expectation: Expectation, holds: bool) -> None:
        statement = self._statement
        assert statement is not None
        where = {"line": statement.line, "text": statement.text}
        if holds != expectation.forbidden:
            self._events.emit("expect", **where, ok=True)
            self._go_on()
        else:
            what = expectation.found()
            self._events.emit("expect", **where, ok=False, found=what)
            self._finish(f"{self._name}:{statement.line}: {statement.text}: {what}")


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
