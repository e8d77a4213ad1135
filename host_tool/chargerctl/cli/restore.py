# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl restore: what `chargerctl backup` wrote, back onto a drive, as carefully as a deploy."""

from __future__ import annotations

from pathlib import Path

import click

from chargerctl.cli.drive_options import (
    Manner,
    drive_option,
    dry_run_option,
    open_drive,
    run_plan,
    yes_option,
)
from chargerctl.cli.settings_options import json_option
from chargerctl.deploy.archive import unpack
from chargerctl.deploy.bytecode import texts_beside
from chargerctl.deploy.deployment import plan_for, see
from chargerctl.deploy.target import from_backup
from chargerctl.errors import ChargerctlError


@click.command(name="restore", short_help="Bring a backup back onto a board's drive.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@drive_option
@dry_run_option
@yes_option
@click.option("--force", is_flag=True, help="Also onto another kind of board.")
@json_option
def command(file: Path, drive: Path | None, dry_run: bool, yes: bool, force: bool, as_json: bool) -> None:
    """Bring a backup back onto a board's drive.

    Files that came to the drive later stay, except the firmware's. Where the backup has no passwords, those
    on the drive stay.
    """
    backup = unpack(file)
    manner = Manner(dry_run, yes, as_json)
    with open_drive(drive) as opened:
        if backup.board_id != opened.boot.board_id and not force:
            raise ChargerctlError(
                f"{file} is of {backup.board_id or 'an unknown board'} and the drive of "
                f"{opened.boot.board_id or 'an unknown board'}: use --force if that is meant"
            )
        wanted = {*backup.image, *texts_beside(backup.image)}
        snapshot = see(opened.volume, wanted, backup.image, manner.dry_run, manner.ask_to_finish)
        target = from_backup(backup, snapshot)
        run_plan(opened, plan_for(snapshot, target), target.notes, manner)
