# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Carries a checked script out, stepped by the board's clock.

Each line acts in a clock step of its own; only `wait` and `expect` let time pass between lines. Every line of
script.LANGUAGE has its method here, under the name of its keywords. How a board works is not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chargerctl.simulator.machine.clock import Clock, Timer
from chargerctl.simulator.machine.events import Event, Events
from chargerctl.simulator.script.language import Script, Statement
from chargerctl.simulator.script.record import Record

DEFAULT_WITHIN_S = 5.0


@dataclass(frozen=True)
class Stage:
    """What the lines of a script act on. `central` is None when the central system is somebody else's."""

    board: Any
    world: Any
    network: Any
    central: Any


@dataclass(frozen=True)
class _Pending:
    """An expectation that is still open: `wakes` is the kind of event that may make `holds` true."""

    wakes: str
    holds: Callable[[], bool]
    found: Callable[[], str]
    forbidden: bool
    deadline: Timer


class Runner:
    """Runs `script` on a stage; calls `finish(why)` once: with "" after its last line, else what failed."""

    def __init__(
        self, script: Script, clock: Clock, events: Events, stage: Stage, finish: Callable[[str], object]
    ) -> None:
        self._clock = clock
        self._events = events
        self._stage = stage
        self._finish = finish
        self._record = Record(events)
        self._name = script.name
        self._statements = iter(script.statements)
        self._statement: Statement | None = None
        self._pending: _Pending | None = None
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
        takes_time = statement.name == "wait" or statement.name.startswith("expect")
        if not takes_time:
            self._events.emit("script", line=statement.line, text=statement.text)
            self._go_on()
        getattr(self, "_do_" + statement.name)(**statement.arguments)

    def _expect(
        self,
        wakes: str,
        within: float,
        holds: Callable[[], bool],
        found: Callable[[], str],
        forbidden: bool = False,
    ) -> None:
        """Go on once `holds()` is true, fail when it is not by then; with `forbidden` the other way round."""
        if holds():
            self._settle(not forbidden, found)
        else:
            deadline = self._clock.call_in(_us(within), self._on_deadline)
            self._pending = _Pending(wakes, holds, found, forbidden, deadline)

    def _on_event(self, event: Event) -> None:
        pending = self._pending
        if pending is not None and event["kind"] == pending.wakes and pending.holds():
            pending.deadline.cancel()
            self._pending = None
            # Not at once: others have still to hear of this event, and to hear of it before the next one.
            self._clock.call_in(0, lambda: self._settle(not pending.forbidden, pending.found))

    def _on_deadline(self) -> None:
        pending = self._pending
        if pending is not None:
            self._pending = None
            self._settle(pending.holds() != pending.forbidden, pending.found)

    def _settle(self, ok: bool, found: Callable[[], str]) -> None:
        statement = self._statement
        assert statement is not None
        where = {"line": statement.line, "text": statement.text}
        if ok:
            self._events.emit("expect", **where, ok=True)
            self._go_on()
        else:
            what = found()
            self._events.emit("expect", **where, ok=False, found=what)
            self._finish(f"{self._name}:{statement.line}: {statement.text}: {what}")

    # What a person does at the charger, and what happens to it.

    def _do_plug(self) -> None:
        self._stage.world.plug()

    def _do_unplug(self) -> None:
        self._stage.world.unplug()

    def _do_swipe(self, uid: str, hold: float = 0.5) -> None:
        self._stage.world.swipe(uid, hold)

    def _do_press(self, switch: str) -> None:
        self._stage.world.press(switch)

    def _do_release(self, switch: str) -> None:
        self._stage.world.release(switch)

    def _do_meter(self, kilowatts: float) -> None:
        self._stage.world.meter(kilowatts)

    def _do_fail(self, part: str) -> None:
        self._stage.world.fail(part)

    def _do_repair(self, part: str) -> None:
        self._stage.world.repair(part)

    def _do_snapshot(self, file: Path) -> None:
        self._stage.world.panel.png(file)

    def _do_power(self, state: str) -> None:
        if state == "on":
            self._record.to_present()
        self._stage.board.power(state == "on")

    def _do_reset(self) -> None:
        self._record.to_present()
        self._stage.board.press_reset()

    def _do_brownout(self) -> None:
        self._record.to_present()
        self._stage.board.brown_out()

    def _do_ntp(self, how: str) -> None:
        self._stage.network.ntp.behave(how)

    def _do_ntp_wrong(self, seconds: float) -> None:
        self._stage.network.ntp.behave("wrong", seconds)

    def _do_wifi(self, state: str) -> None:
        self._stage.network.wifi(state == "up")

    def _do_broker(self, state: str) -> None:
        self._stage.network.broker(state == "up")

    # What the central system does.

    def _do_csms_answer(self, action: str, payload: object, count: int | None = 1) -> None:
        self._stage.central.answer(action, payload, count)

    def _do_csms_error(self, action: str, code: str, count: int | None = 1) -> None:
        self._stage.central.error(action, code, count)

    def _do_csms_silent(self, action: str, count: int | None = 1) -> None:
        self._stage.central.silent(action, count)

    def _do_csms_delay(self, action: str, seconds: float, count: int | None = 1) -> None:
        self._stage.central.delay(action, seconds, count)

    def _do_csms_duplicate(self, action: str, count: int | None = 1) -> None:
        self._stage.central.duplicate(action, count)

    def _do_csms_call(self, action: str, payload: object = None) -> None:
        self._stage.network.to_charger(self._stage.central.call(action, payload))

    def _do_csms_raw(self, payload: bytes) -> None:
        self._stage.network.to_charger(payload)

    # What takes time.

    def _do_wait(self, seconds: float) -> None:
        self._go_on(_us(seconds))

    def _do_expect_relay(self, state: str, within: float = DEFAULT_WITHIN_S) -> None:
        world = self._stage.world
        self._expect(
            "relay",
            within,
            lambda: world.relay_closed == (state == "closed"),
            lambda: f"the relay is {'closed' if world.relay_closed else 'open'}",
        )

    def _do_expect_lock(self, state: str, within: float = DEFAULT_WITHIN_S) -> None:
        world = self._stage.world
        self._expect(
            "lock",
            within,
            lambda: world.lock_engaged == (state == "locked"),
            lambda: f"the lock is {'locked' if world.lock_engaged else 'unlocked'}",
        )

    def _do_expect_led(self, colour: tuple[int, int, int], within: float = DEFAULT_WITHIN_S) -> None:
        world = self._stage.world
        self._expect(
            "led",
            within,
            lambda: all(abs(have - want) <= 1 for have, want in zip(world.led_rgb, colour, strict=True)),
            lambda: f"the LED shows {bytes(world.led_rgb).hex().upper()}",
        )

    def _do_expect_display(self, text: str, within: float = DEFAULT_WITHIN_S) -> None:
        panel = self._stage.world.panel
        self._expect(
            "display",
            within,
            lambda: panel.shows(text),
            lambda: (
                f"the display shows {' / '.join(panel.lines()) or 'nothing'}"
                if panel.on
                else "the display is off"
            ),
        )

    def _do_expect_status(self, status: str, within: float = DEFAULT_WITHIN_S) -> None:
        record = self._record
        self._expect(
            "frame",
            within,
            lambda: record.status == status,
            lambda: f"the last status is {record.status}" if record.status else "no status was sent yet",
        )

    def _do_expect(
        self, kind: str, direction: str, action: str, payload: object = None, within: float = DEFAULT_WITHIN_S
    ) -> None:
        log = self._record.frames(kind, direction)
        self._expect(
            "frame", within, lambda: log.consume(lambda said: said.matches(action, payload)), log.unmatched
        )

    def _do_expect_no(self, kind: str, direction: str, action: str, seconds: float) -> None:
        log = self._record.frames(kind, direction)
        before = len(log.said)
        self._expect(
            "frame",
            seconds,
            lambda: any(said.action == action for said in log.said[before:]),
            lambda: ", ".join(str(said) for said in log.said[before:] if said.action == action),
            forbidden=True,
        )

    def _do_expect_console(self, text: str, within: float = DEFAULT_WITHIN_S) -> None:
        log = self._record.console
        self._expect("console", within, lambda: log.consume(lambda line: text in line), log.unmatched)


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
