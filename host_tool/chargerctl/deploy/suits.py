# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a board can run a charger with these settings: the pins that its CircuitPython has, and its memory.

A missing safety pin, or too little memory to start, is refused; the rest is a warning. `deploy` checks the settings as
they will be on the drive, `config check` those of the laptop.
"""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.boards.catalogue import OLDEST, Board, version_text
from chargerctl.boards.pins import Version
from chargerctl.deploy.image import Image
from chargerctl.deploy.memory import Parts, is_mostly_mpy, judge
from chargerctl.errors import ChargerctlError
from chargerctl.settings import Effective, Place, Problem
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.rules import VITAL_PINS, pins_in_use
from chargerctl.settings.values import Values


def check_suits(image: Image, settings: bytes, board: Board, release: Version, force: bool) -> list[str]:
    """Warnings; ChargerctlError where the charger would not run.

    settings: the drive's settings.toml as it will be; release: of the board's CircuitPython, (0, 0, 0) where it is not
    known.
    """
    values = Values.of(read_board_file(settings).values)
    notes, refused = [], []
    for role, pin, since in late_pins(values, board):
        if (0, 0, 0) < release < since:
            text = f"hardware.{role}: {board.board_id} has the pin {pin} from CircuitPython {version_text(since)} on, "
            text += f"but runs {version_text(release)}"
            if role in VITAL_PINS:
                refused.append(f"{text}: update CircuitPython, or set another pin")
            else:
                notes.append(f"warning: {text}: the part will not be used")
    verdict = judge(board, Parts.of(values), is_mostly_mpy(image))
    if verdict and verdict.refused:
        refused.append(verdict.text)
    elif verdict:
        notes.append(f"warning: {verdict.text}")
    if refused and not force:
        raise ChargerctlError(f"{refused[0]}; use --force to deploy anyway")
    return notes + [f"warning: {text}" for text in refused]


def deploy_problems(settings: Effective, board: Board | None) -> list[Problem]:
    """Why a compiled deploy of these settings to this board would be refused, and warnings; none for an unknown board."""
    if board is None:
        return []
    problems = []
    for role, pin, since in late_pins(settings.values, board):
        given = settings.given.get(f"hardware.{role}")
        if given:
            way = (
                "update an older one, or set another pin"
                if role in VITAL_PINS
                else "an older one does not use the part"
            )
            text = f"{given.label}{board.board_id} has the pin {pin} only from CircuitPython {version_text(since)} on: {way}"
            problems.append(Problem(given.place, text, warning=True))
    verdict = judge(board, Parts.of(settings.values), compiled=True)
    if verdict:
        named = settings.given.get("hardware.board")
        place = named.place if named and named.text == board.board_id else Place(f"--board {board.board_id}")
        problems.append(Problem(place, verdict.text, warning=not verdict.refused))
    return problems


def late_pins(values: Values, board: Board) -> Iterator[tuple[str, str, Version]]:
    """(role, pin, since) of each pin in use that the oldest supported CircuitPython does not have on this board."""
    for role, pin in pins_in_use(values, board):
        since = board.later.get(pin, OLDEST)
        if since > OLDEST:
            yield role, pin, since
