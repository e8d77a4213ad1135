# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The end of every command that writes a drive: show the plan, ask, carry it out."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from chargerctl.boards.address import Folder
from chargerctl.boards.boot_out import BOOT_OUT
from chargerctl.cli.output import Answer, Output
from chargerctl.deploy.apply import execute
from chargerctl.deploy.checks import missing_libraries
from chargerctl.deploy.image import SETTINGS_FILE
from chargerctl.deploy.opening import OpenDrive
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.progress import shown_progress
from chargerctl.deploy.records import Commit
from chargerctl.deploy.rollback import keep
from chargerctl.deploy.show import diff, plan_json, plan_lines, step_lines
from chargerctl.deploy.troubles import stopped
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.files import state_folder
from chargerctl.transport.volume import Restarted
from chargerctl.visible import visible

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Manner:
    """The options that these commands have in common."""

    dry_run: bool
    yes: bool
    output: Output

    def ask(self, question: str, default: bool = True, written: str = "nothing was written") -> None:
        """Return if the answer is yes; an error if it is no, or without a terminal to ask on.

        default: what Enter means; written: what was written so far.
        """
        if self.yes:
            return
        if self.output.as_json or not sys.stdin.isatty():
            raise InputError(
                "nothing was written: with --json, or without a terminal to ask on, add --yes to write"
            )
        if not click.confirm(visible(question), default=default):
            raise ChargerctlError(written)

    def ask_to_finish(self, commit: Commit) -> None:
        """Ask before an earlier deploy is finished."""
        self.output.text(
            "an earlier deploy was interrupted after its commit: it must be finished first",
            *step_lines(commit),
        )
        self.ask("Finish it?")


def run_plan(drive: OpenDrive, plan: Plan, notes: list[str], manner: Manner) -> Answer:
    """Show the plan, ask, keep what it replaces for a rollback, and carry it out."""
    if missing := missing_libraries(plan):
        notes = [
            *notes,
            f"WARNING: the charger will not start: {', '.join(missing)} will be missing on the drive",
        ]
    difference = list(diff(plan)) if manner.dry_run else []
    manner.output.text(f"{drive.address}: {drive.boot}", *notes, *plan_lines(plan), *difference)
    restarted = None
    if not manner.dry_run and not plan.nothing_to_do:
        manner.ask("Write this?", written=plan.snapshot.written)
        drive.check_unchanged(plan.snapshot)
        if drive.blank:
            drive.volume.write(BOOT_OUT, drive.boot.render().encode())
        with (
            keep(state_folder(), drive.key, plan) as make_current,
            shown_progress(plan.bytes_to_write, manner.output.note, terminal(manner.output)) as progress,
        ):
            execute(drive.volume, plan, progress, make_current)
        restarted = _restarted(drive)
    if not manner.dry_run:
        drive.volume.make_private(SETTINGS_FILE)  # whatever rights it had before
    value = {
        "drive": str(drive.address),
        "board": drive.boot.board_id,
        "circuitpython": drive.boot.version,
        "dry_run": manner.dry_run,
        "notes": notes,
        **plan_json(plan),
        **({"diff": difference} if manner.dry_run else {}),
        **({"restarted": restarted._asdict()} if restarted else {}),
    }
    if restarted and not restarted.well:
        return Answer(value, notes=[f"warning: everything was written, but {restarted.text}"], status=1)
    return Answer(value, [f"done; {restarted.text}"] if restarted else [])


def terminal(output: Output) -> Console | None:
    """The terminal that gets the progress bar, if there is one."""
    if output.as_json or not sys.stderr.isatty():
        return None
    from rich.console import Console  # slow to load

    return Console(stderr=True)


def _restarted(drive: OpenDrive) -> Restarted:
    if isinstance(drive.address, Folder) and not drive.address.is_a_drive:
        return Restarted(f"{drive.address} is a folder: run it with chargerctl simulate {drive.address.flag}")
    try:
        return drive.restart()
    except KeyboardInterrupt:
        raise stopped(committed=True, finished=True) from None
