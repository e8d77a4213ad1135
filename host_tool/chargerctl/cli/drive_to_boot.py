# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The drive that `simulate` boots: one that the user names, if its programs may run, or a new one from the settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from chargerctl.boards.address import Folder
from chargerctl.boards.catalogue import BOARDS, DEFAULT_BOARD, Board
from chargerctl.boards.programs import CODE_FILES
from chargerctl.deploy import write_drive
from chargerctl.deploy.opening import open_drive
from chargerctl.deploy.own_programs import Foreign, foreign_programs
from chargerctl.errors import ChargerctlError
from chargerctl.files import state_folder
from chargerctl.firmware_files import firmware_module
from chargerctl.settings import effective_for_simulation
from chargerctl.settings.values import Values


@contextmanager
def given_drive(drive: Folder, trust: bool) -> Iterator[Path]:
    """A drive with programs of chargerctl's own, or of others if the user trusts them; ChargerctlError."""
    with open_drive(drive) as opened:  # then unlocked: a deploy to a board that runs reloads it
        foreign = foreign_programs(opened.volume, state_folder())
        # The deploy that is under way may bring it.
        if not foreign.unfinished and not any((drive.path / name).is_file() for name in CODE_FILES):
            raise ChargerctlError(f"{drive} has no code.py: write one with `chargerctl deploy {drive.flag}`")
    if not trust:
        _refuse(foreign, drive)
    yield drive.path


def _refuse(foreign: Foreign, drive: Folder) -> None:
    """ChargerctlError where anything on the drive needs the user's trust."""
    if foreign.unfinished:
        raise ChargerctlError(
            f"{drive} has a deploy that is not finished ({_named(foreign.unfinished)}), which can change any program before "
            f"it runs: finish it with `chargerctl deploy {drive.flag}`, or read its files, then add --trust",
            foreign=[*foreign.programs, *foreign.unfinished],
        )
    if foreign.programs:
        raise ChargerctlError(
            f"{drive} has programs that this computer did not deploy ({_named(foreign.programs)}), and a simulation runs "
            "them with your rights: read them, then add --trust; or write chargerctl's own with `chargerctl deploy "
            f"{drive.flag}`",
            foreign=foreign.programs,
        )


def _named(paths: list[str]) -> str:
    few = ", ".join(paths[:3])
    return few if len(paths) <= 3 else f"{few} and {len(paths) - 3} more"


@contextmanager
def new_drive(
    config: Path | None,
    its_settings: tuple[str, ...],
    overrides: tuple[str, ...],
    say: Callable[[str, str], object],
) -> Iterator[Path]:
    """A drive with these settings, removed afterwards. its_settings: those that a script needs, before the user's own."""
    settings = effective_for_simulation(config, os.environ, its_settings + overrides)
    chosen = settings.values.hardware.board
    board = BOARDS[DEFAULT_BOARD if chosen == "auto" else chosen]
    flat = settings.flat()
    notes = list(its_settings)
    # No board profile has these parts, since they must be wired; the virtual board has them.
    for part, line in (("estop_pin", "miso"), ("feedback_pin", "mosi")):
        spare = _spare_pin(board, settings.values, line)
        if f"hardware.{part}" not in settings.given and spare is not None:
            flat[f"CHARGER_HARDWARE_{part.upper()}"] = spare
            notes.append(f"hardware.{part}={spare}")
    if notes:
        say(f"with {', '.join(notes)}", "dim")
    with TemporaryDirectory(prefix="chargerctl-") as folder:
        write_drive(Path(folder), flat, board.board_id, state_folder())
        yield Path(folder)


def _spare_pin(board: Board, values: Values, line: str) -> str | None:
    """The pin of a line of the SPI bus, if it is not in use: unless the card reader is on SPI, it is free on every board."""
    pin: str = firmware_module("charger.hardware.profiles").profile(board.board_id)[line]
    used = {value for name, value in values.items() if name.endswith("_pin")}
    if line in values.hardware.reader_pins or used.intersection(board.aliases(pin)):
        return None
    return pin
