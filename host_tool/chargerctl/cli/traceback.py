# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl traceback: translates a board's traceback to the names of the sources."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chargerctl.boards.address import Address
from chargerctl.boards.reach import Approach
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options, stop_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.bytecode.translate import translated
from chargerctl.deploy.opening import open_drive
from chargerctl.deploy.snapshot import glance
from chargerctl.deploy.troubles import explained
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.files import read_file, state_folder

_LONGEST = 1 << 24  # of console output


@click.command(cls=Command)
@click.argument("file", type=click.Path(allow_dash=True, dir_okay=False, path_type=Path), default="-")
@board_options(argument=False)
@stop_option
@click.pass_obj
def command(output: Output, file: Path, drive: Address | None, force: bool) -> Answer:
    """Translate a board's traceback, from FILE or typed in (end with Ctrl-D), to the names of the sources.

    A deploy of .mpy files replaces most names of the charger by names that the board has in flash already. With --drive
    the names are those on that drive, otherwise those of the last deploy from this laptop.

    \b
    chargerctl traceback console.log
    chargerctl traceback console.log --drive /media/me/CIRCUITPY
    """
    record = SourceRecord(state_folder())
    names, notes = _names_on(drive, record, approach(output, force)) if drive else (record.latest_names(), [])
    if names is None:
        raise ChargerctlError(
            "this laptop has not deployed .mpy files: the traceback already has the names of the sources"
        )
    text = translated(_console_output(file), names)
    if not names:
        notes = [*notes, f"nothing to translate: {drive} has the names of the sources"]
    return Answer({"traceback": text, "notes": notes}, text.splitlines(), notes)


def _console_output(file: Path) -> str:
    """The text of the file, of stdin for `-`."""
    if str(file) != "-":
        try:
            return read_file(file, _LONGEST).decode(errors="replace")
        except FileNotFoundError:
            raise InputError(f"{file}: file not found") from None
    text = sys.stdin.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise InputError(f"stdin has more than {_LONGEST} characters: give the part with the traceback")
    return text.encode(errors="surrogateescape").decode(errors="replace")


def _names_on(drive: Address, record: SourceRecord, approach: Approach) -> tuple[dict[str, str], list[str]]:
    """{identifier in the source: on this board}, empty where the board has those of the sources; and notes."""
    with open_drive(drive, approach=approach) as opened, explained(opened.volume.name):
        notes = opened.unfinished()
        on_drive, manifest = glance(opened.volume)
    if not any(path.startswith("charger/") for path in on_drive):
        raise ChargerctlError(f"{drive} has no folder charger/: name the drive of a charger with --drive")
    if manifest is None:
        raise ChargerctlError(
            f"{drive} was not written by chargerctl deploy: leave out --drive to use the names of the last deploy"
        )
    if not manifest.names:
        return {}, notes
    names = record.names(manifest.names)
    if names is None:
        raise ChargerctlError(
            f"{drive} was deployed from another laptop, and only that has its names: run chargerctl traceback there"
        )
    return names, notes
