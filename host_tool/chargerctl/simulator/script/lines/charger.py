# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a person does at the charger, and what happens to the charger itself."""

from __future__ import annotations

from pathlib import Path

from chargerctl.simulator.peripherals import BUTTONS, FAILING
from chargerctl.simulator.script.line import Stage, line

_BUTTON = f"switch:{'|'.join(BUTTONS)}"
_CONTACTOR = "contactor"
_PART = f"part:{'|'.join(FAILING)}"


@line("plug", "Plug the cable in.")
def plug(stage: Stage) -> None:
    stage.world.plug()


@line("unplug", "Pull the cable out.")
def unplug(stage: Stage) -> None:
    stage.world.unplug()


@line(
    "swipe uid:UID [hold:HOLD]",
    "Hold a card to the reader for HOLD seconds (0.5). A second card waits until the reader was without one for 0.5 s.",
)
def swipe(stage: Stage, uid: str, hold: float = 0.5) -> None:
    stage.world.swipe(uid, hold)


@line(f"press {_BUTTON}", "Press a button, until it is released.")
def press(stage: Stage, switch: str) -> None:
    stage.world.press(switch)


@line(f"release {_BUTTON}", "Release a button.")
def release(stage: Stage, switch: str) -> None:
    stage.world.release(switch)


@line("meter kilowatts:KILOWATTS", "Set the power that the meter measures while the contactor is closed.")
def meter(stage: Stage, kilowatts: float) -> None:
    stage.world.meter(kilowatts)


@line(f"fail {_PART}", "Cut the part's wires, at once.")
def fail(stage: Stage, part: str) -> None:
    stage.world.fail(part)


@line(
    f"repair {_PART}|{_CONTACTOR}",
    "Connect the part again; it starts as at power-on. `contactor`: it follows the relay again.",
)
def repair(stage: Stage, part: str) -> None:
    if part == _CONTACTOR:
        stage.world.mend_contactor()
    else:
        stage.world.repair(part)


@line("weld", "Weld the contactor's contacts: they are closed from now on, whatever the relay does.")
def weld(stage: Stage) -> None:
    stage.world.weld()


@line("stuck open", "Keep the contactor's contacts open from now on, whatever the relay does.")
def stuck_open(stage: Stage) -> None:
    stage.world.stick_open()


@line(
    "power state:off|on",
    "Switch the supply. After `on`, frames and console text from before are not searched.",
)
def power(stage: Stage, state: str) -> None:
    if state == "on":
        stage.record.to_present()
    stage.board.power(state == "on")


@line("reset", "Press the reset button. Frames and console text from before are not searched.")
def reset(stage: Stage) -> None:
    stage.record.to_present()
    stage.board.reset("button")


@line("brownout", "Let the supply dip. Frames and console text from before are not searched.")
def brownout(stage: Stage) -> None:
    stage.record.to_present()
    stage.board.reset("brownout")


@line("type text:TEXT", "Type a line at the serial console, with Enter at its end.", board_only=True)
def type_line(stage: Stage, text: str) -> None:
    stage.virtual_board.console.type(text.encode("utf-8", "replace") + b"\r")


@line(
    "set setting:SECTION.KEY=VALUE",
    "Edit settings.toml on the drive, as a person does: the board starts its program again. The value is not checked; one "
    "with blanks is a JSON string. What is wired, broker and central system stay as they were.",
)
def change(stage: Stage, setting: tuple[str, str]) -> None:
    stage.board.change(*setting)


@line(
    "snapshot file:FILE.png",
    "Save the display as a picture. FILE is relative to the script.",
    board_only=True,
)
def snapshot(stage: Stage, file: Path) -> None:
    stage.virtual_world.panel.png(file)
