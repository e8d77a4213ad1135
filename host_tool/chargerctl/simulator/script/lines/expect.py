# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The lines that let time pass: `wait`, and what is to be true now or within some seconds."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.script.line import Expectation, Stage, timed
from chargerctl.simulator.script.values import Json

_WITHIN = "[within within:SECONDS]"
_WITHIN_S = 5.0
_FRAME = "kind:call|result|error direction:in|out action:ACTION"


def _state(part: str, now: Callable[[], str], wanted: str, within: float) -> Expectation:
    """That a part, which is also the kind of its events, comes to the state that is wanted."""
    return Expectation(part, within, lambda: now() == wanted, lambda: f"the {part} is {now()}")


@timed("wait seconds:SECONDS", "Let time pass.")
def wait(stage: Stage, seconds: float) -> float:
    return seconds


@timed(
    f"expect relay state:open|closed {_WITHIN}",
    "The relay is open or closed, by the level at its pin; within 5 s by default, as for each `expect`.",
)
def relay(stage: Stage, state: str, within: float = _WITHIN_S) -> Expectation:
    world = stage.world
    return _state("relay", lambda: "closed" if world.relay_closed else "open", state, within)


@timed(f"expect contact state:open|closed {_WITHIN}", "The main contacts of the contactor behind the relay.")
def contact(stage: Stage, state: str, within: float = _WITHIN_S) -> Expectation:
    world = stage.world
    return _state("contact", lambda: "closed" if world.contactor_closed else "open", state, within)


@timed(f"expect lock state:locked|unlocked {_WITHIN}", "The lock, by the level at its pin.")
def lock(stage: Stage, state: str, within: float = _WITHIN_S) -> Expectation:
    world = stage.world
    return _state("lock", lambda: "locked" if world.lock_engaged else "unlocked", state, within)


@timed(
    f"expect led colour:RRGGBB {_WITHIN}",
    "The LED's colour on the wire, after brightness, ±1.",
    board_only=True,
)
def led(stage: Stage, colour: tuple[int, int, int], within: float = _WITHIN_S) -> Expectation:
    world = stage.virtual_world
    return Expectation(
        "led",
        within,
        lambda: all(abs(have - want) <= 1 for have, want in zip(world.led_rgb, colour, strict=True)),
        lambda: f"the LED shows {bytes(world.led_rgb).hex().upper()}",
    )


@timed(
    f"expect display text:TEXT {_WITHIN}",
    "The display shows the text, which is drawn in the 6x12 font and searched for in the panel's memory.",
    board_only=True,
)
def display(stage: Stage, text: str, within: float = _WITHIN_S) -> Expectation:
    panel = stage.virtual_world.panel
    return Expectation(
        "display",
        within,
        lambda: panel.shows(text),
        lambda: (
            f"the display shows {' / '.join(panel.lines()) or 'nothing'}"
            if panel.on
            else "the display is off"
        ),
    )


@timed(f"expect status status:STATUS {_WITHIN}", "The last StatusNotification of connector 1.")
def status(stage: Stage, status: str, within: float = _WITHIN_S) -> Expectation:
    record = stage.record
    return Expectation(
        "frame",
        within,
        lambda: record.status == status,
        lambda: f"the last status is {record.status}" if record.status else "no status was sent yet",
    )


@timed(
    f"expect {_FRAME} [payload:JSON] {_WITHIN}",
    "A frame; `in` is towards the charger. JSON is a subset of its payload. "
    "For a result or error, ACTION is that of the call it answers.",
)
def frame(
    stage: Stage, kind: str, direction: str, action: str, payload: Json = None, within: float = _WITHIN_S
) -> Expectation:
    log = stage.record.frames(kind, direction)
    return Expectation(
        "frame", within, lambda: log.consume(lambda frame: frame.matches(action, payload)), log.unmatched
    )


@timed(f"expect no {_FRAME} for seconds:SECONDS", "No such frame for SECONDS.")
def no_frame(stage: Stage, kind: str, direction: str, action: str, seconds: float) -> Expectation:
    log = stage.record.frames(kind, direction)
    before = len(log.entries)
    return Expectation(
        "frame",
        seconds,
        lambda: any(each.action == action for each in log.entries[before:]),
        lambda: ", ".join(str(each) for each in log.entries[before:] if each.action == action),
        forbidden=True,
    )


@timed(f"expect console text:TEXT {_WITHIN}", "A console line contains the text.")
def console(stage: Stage, text: str, within: float = _WITHIN_S) -> Expectation:
    log = stage.record.console
    return Expectation("console", within, lambda: log.consume(lambda line: text in line), log.unmatched)


@timed(
    f"expect upload text:TEXT {_WITHIN}",
    "The last file that was put at files.example contains the text.",
    board_only=True,
)
def upload(stage: Stage, text: str, within: float = _WITHIN_S) -> Expectation:
    uploads = stage.virtual_network.http.uploads
    return Expectation(
        "upload",
        within,
        lambda: bool(uploads) and text in uploads[-1].text,
        lambda: str(uploads[-1]) if uploads else "no file was put",
    )
