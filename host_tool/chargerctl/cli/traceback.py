# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl traceback: a board's traceback with the names that stand in the sources."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from chargerctl.cli.drive_options import drive_option, open_drive
from chargerctl.cli.output import print_json
from chargerctl.cli.settings_options import json_option
from chargerctl.deploy.snapshot import glance
from chargerctl.deploy.source_record import SourceRecord
from chargerctl.deploy.translate import translated
from chargerctl.deploy.troubles import explain
from chargerctl.errors import ChargerctlError
from chargerctl.state import state_folder


@click.command(name="traceback", short_help="Show a board's traceback with the names of the sources.")
@click.argument("file", type=click.File("r", errors="replace"), default="-")
@drive_option
@json_option
def command(file: TextIO, drive: Path | None, as_json: bool) -> None:
    """Show a board's traceback, from FILE or what is typed, with the names that stand in the sources.

    In .mpy files the charger's own names are others, which the board has in flash. Without --drive they are taken to be
    those of the last deploy from this laptop.
    """
    record = SourceRecord(state_folder())
    names = _names_on(drive, record) if drive else record.latest_names()
    if names is None:
        raise ChargerctlError(
            "this laptop has deployed no .mpy files: names in the traceback are those of the sources"
        )
    if drive and not names:
        click.echo(f"{drive} has the names of the sources: nothing to translate", err=True)
    text = translated(file.read(), names)
    if as_json:
        print_json({"traceback": text})
    else:
        click.echo(text, nl=False)


def _names_on(drive: Path, record: SourceRecord) -> dict[str, str]:
    """{identifier in the source: on this board}; none where the board has those of the sources."""
    with open_drive(drive) as opened:
        try:
            on_drive, manifest = glance(opened.volume)
        except OSError as error:
            raise explain(error, str(drive), committed=False) from error
    if not any(path.startswith("charger/") for path in on_drive):
        raise ChargerctlError(f"{drive} has no folder charger/: name the drive of a charger")
    if manifest is None:
        raise ChargerctlError(
            f"{drive} was not deployed to by chargerctl: it does not say which names it has"
        )
    if not manifest.names:
        return {}
    names = record.names(manifest.names)
    if names is None:
        raise ChargerctlError(
            f"{drive} was deployed to from another laptop, which has the names: run chargerctl traceback there"
        )
    return names
