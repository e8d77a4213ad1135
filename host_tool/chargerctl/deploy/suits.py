# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a charger, by its settings, suits the board it is for: the pins that its CircuitPython has, and its memory.

What the board lacks for safety, or could not start with, is refused; the rest is said. `deploy` asks with the settings as
they will be on the drive, `config check` with the laptop's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chargerctl.boards.catalogue import OLDEST, Board, version_text
from chargerctl.boards.pins import Version
from chargerctl.deploy.image import Image
from chargerctl.deploy.memory import Parts, is_mostly_mpy, judge
from chargerctl.errors import ChargerctlError
from chargerctl.settings import Effective, Place, Problem
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.rules import VITAL_PINS, pins_in_use
from chargerctl.settings.table import board_settings


def check_suits(image: Image, settings: bytes, board: Board, release: Version, force: bool) -> list[str]:
    """What a person should know before this is written; ChargerctlError where the charger would not run.

    settings: the drive's settings.toml as it will be; release: of the board's CircuitPython, (0, 0, 0) where it is not
    known.
    """
    values, _ = board_settings.load(read_board_file(settings).values.get)
    notes, refused = [], []
    for role, pin, since in late_pins(values, board):
        if (0, 0, 0) < release < since:
            text = f"hardware.{role}: {board.board_id} has {pin} from CircuitPython {version_text(since)} on, not in the "
            text += f"{version_text(release)} that it runs"
            if role in VITAL_PINS:
                refused.append(f"{text}: update CircuitPython, or name another pin")
            else:
                notes.append(f"warning: {text}: the part is done without")
    verdict = judge(board, Parts.of(values), is_mostly_mpy(image))
    if verdict and verdict.refused:
        refused.append(verdict.text)
    elif verdict:
        notes.append(f"warning: {verdict.text}")
    if refused and not force:
        raise ChargerctlError(f"{refused[0]}; --force deploys all the same")
    return notes + [f"warning: {text}" for text in refused]


def deploy_problems(settings: Effective, board: Board | None) -> list[Problem]:
    """What a compiled deploy of these settings would be refused for on this board, or warned of; none: board not known."""
    if board is None:
        return []
    problems = []
    for role, pin, since in late_pins(settings.values, board):
        said = settings.given.get(f"hardware.{role}")
        if said:
            way = (
                "update an older one, or name another pin"
                if role in VITAL_PINS
                else "with an older one the part is done without"
            )
            text = f"{said.label}{board.board_id} has {pin} from CircuitPython {version_text(since)} on only: {way}"
            problems.append(Problem(said.place, text, warning=True))
    verdict = judge(board, Parts.of(settings.values), compiled=True)
    if verdict:
        named = settings.given.get("hardware.board")
        place = named.place if named and named.text == board.board_id else Place(f"--board {board.board_id}")
        problems.append(Problem(place, verdict.text, warning=not verdict.refused))
    return problems


def late_pins(
    values: Mapping[str, str | int | bool | None], board: Board
) -> Iterator[tuple[str, str, Version]]:
    """(role, pin, since) of each pin in use that not every CircuitPython which runs the firmware has on this board."""
    for role, pin in pins_in_use(values, board):
        since = board.later.get(pin, OLDEST)
        if since > OLDEST:
            yield role, pin, since
