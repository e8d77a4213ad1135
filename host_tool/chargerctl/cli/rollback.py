# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl rollback: undoes the last deploy to a board."""

from __future__ import annotations

import click

from chargerctl.boards.address import Address
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options, dry_run_option, stop_option, yes_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.run_plan import Manner, run_plan
from chargerctl.deploy.checks import checked_plan
from chargerctl.deploy.opening import open_drive, snapshot_of
from chargerctl.deploy.rollback import before_the_deploy, kept_for
from chargerctl.files import state_folder


@click.command(cls=Command)
@board_options()
@dry_run_option
@yes_option
@stop_option
@click.pass_obj
def command(output: Output, drive: Address | None, dry_run: bool, yes: bool, force: bool) -> Answer:
    """Undo the last deploy to this board: every file that it replaced comes back, settings included.

    Only a deploy from this laptop can be undone. A second rollback undoes the first.

    \b
    chargerctl rollback --dry-run
    chargerctl rollback
    """
    manner = Manner(dry_run, yes, output)
    with open_drive(drive, approach=approach(output, force, writes=True)) as opened:
        kept = kept_for(state_folder(), opened.key)
        snapshot = snapshot_of(
            opened.volume, set(kept.replaced), kept.replaced, manner.dry_run, manner.ask_to_finish
        )
        target = before_the_deploy(kept, snapshot)
        return run_plan(opened, checked_plan(snapshot, target), target.notes, manner)
