# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl restore: writes a backup back to a drive, with the same care as a deploy."""

from __future__ import annotations

from pathlib import Path

import click

from chargerctl.boards.address import Address
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options, dry_run_option, yes_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.run_plan import Manner, run_plan
from chargerctl.deploy.backup import from_backup, unpack
from chargerctl.deploy.bytecode.compiler import texts_beside
from chargerctl.deploy.checks import checked_plan
from chargerctl.deploy.opening import open_drive, snapshot_of
from chargerctl.errors import ChargerctlError


@click.command(cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@board_options()
@dry_run_option
@yes_option
@click.option(
    "--force", is_flag=True, help="Restore even to another kind of board, and even if that ends a charge."
)
@click.pass_obj
def command(
    output: Output, file: Path, drive: Address | None, dry_run: bool, yes: bool, force: bool
) -> Answer:
    """Write a backup back to a board's drive. What changes is shown first.

    Your files that are newer than the backup stay, those of the firmware are removed. If the backup has no passwords,
    those on the drive stay.

    \b
    chargerctl restore charger.zip --dry-run
    chargerctl restore charger.zip
    """
    backup = unpack(file)
    manner = Manner(dry_run, yes, output)
    with open_drive(drive, approach=approach(output, force, writes=True)) as opened:
        if backup.board_id != opened.boot.board_id and not force:
            raise ChargerctlError(
                f"{file} is a backup of {backup.board_id or 'an unknown board'}, but the drive is of "
                f"{opened.boot.board_id or 'an unknown board'}: use --force to restore it anyway"
            )
        wanted = {*backup.image, *texts_beside(backup.image)}
        snapshot = snapshot_of(opened.volume, wanted, backup.image, manner.dry_run, manner.ask_to_finish)
        target = from_backup(backup, snapshot)
        return run_plan(opened, checked_plan(snapshot, target), target.notes, manner)
