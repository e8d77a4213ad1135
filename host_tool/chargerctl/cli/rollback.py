# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl rollback: bring back what the last deploy to this board replaced."""

from __future__ import annotations

from pathlib import Path

import click

from chargerctl.cli.drive_options import (
    Manner,
    drive_option,
    dry_run_option,
    open_drive,
    run_plan,
    state_folder,
    yes_option,
)
from chargerctl.cli.settings_options import json_option
from chargerctl.deploy.deployment import plan_for, see
from chargerctl.deploy.keep import kept_for
from chargerctl.deploy.target import before_the_deploy


@click.command(name="rollback", short_help="Bring back what the last deploy to this board replaced.")
@drive_option
@dry_run_option
@yes_option
@json_option
def command(drive: Path | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Bring back what the last deploy to this board replaced, its settings included.

    Only what this laptop deployed can be rolled back. A second rollback undoes the first.
    """
    manner = Manner(dry_run, yes, as_json)
    with open_drive(drive) as opened:
        kept = kept_for(state_folder(), opened.key)
        snapshot = see(opened.volume, set(kept.replaced), kept.replaced, manner.dry_run, manner.ask_to_finish)
        target = before_the_deploy(kept, snapshot)
        run_plan(opened, plan_for(snapshot, target), target.notes, manner)
