# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What commands on a drive have in common: finding and locking it, showing a plan, carrying it out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from chargerctl.boards.find import BOOT_OUT, BootOut, the_drive
from chargerctl.cli.settings_options import Decorator, print_json
from chargerctl.deploy.deployment import carry_out, keep_replaced
from chargerctl.deploy.folder import FolderVolume
from chargerctl.deploy.keep import board_key
from chargerctl.deploy.lock import locked
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.progress import shown_progress
from chargerctl.deploy.show import diff, plan_json, plan_lines
from chargerctl.deploy.troubles import explain
from chargerctl.deploy.volume import Volume
from chargerctl.errors import ChargerctlError

drive_option: Decorator = click.option(
    "--drive",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The board's drive, a folder like it, or a FAT image.  [default: the one CIRCUITPY drive found]",
)
dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="Show what would change; write nothing."
)
yes_option: Decorator = click.option("--yes", is_flag=True, help="Do not ask before writing.")


@dataclass(frozen=True)
class OpenDrive:
    """A drive that is ours alone for now. key: under which its replaced files are kept on the laptop."""

    path: Path
    volume: Volume
    boot: BootOut
    key: str


def state_folder() -> Path:
    """Where chargerctl keeps what it must remember on this laptop."""
    return Path(click.get_app_dir("chargerctl"))


@contextmanager
def open_drive(path: Path | None) -> Iterator[OpenDrive]:
    """The drive at `path`, or the one that is plugged in, locked."""
    where = path or the_drive()
    with locked(where, state_folder()), _volume(where) as volume:
        try:
            boot = BootOut.read(volume.read(BOOT_OUT))
        except FileNotFoundError:
            boot = BootOut()
        except OSError as error:
            raise explain(error, str(where), committed=False) from error
        yield OpenDrive(where, volume, boot, board_key(boot.uid, where))


@contextmanager
def _volume(path: Path) -> Iterator[Volume]:
    if path.is_dir():
        yield FolderVolume(path)
    elif path.is_file():
        from chargerctl.deploy.fat_image import opened_image

        with opened_image(path) as volume:
            yield volume
    else:
        raise ChargerctlError(f"{path} is not there: plug the board in, or name its drive with --drive PATH")


def run_plan(drive: OpenDrive, plan: Plan, notes: list[str], dry_run: bool, yes: bool, as_json: bool) -> None:
    """Show the plan, ask, keep what it replaces for a rollback, and carry it out."""
    if not as_json:
        click.echo(f"{drive.path}: {drive.boot}")
        for line in (*notes, *plan_lines(plan), *(diff(plan) if dry_run else ())):
            click.echo(line)
    if not dry_run and not plan.nothing_to_do:
        if not (yes or as_json) and sys.stdin.isatty() and not click.confirm("Write this?", default=True):
            raise ChargerctlError("nothing was written")
        keep_replaced(plan, state_folder(), drive.key)
        with shown_progress(Console(stderr=True, quiet=as_json), plan.bytes_to_write) as progress:
            carry_out(drive.volume, plan, progress)
        if not as_json:
            click.echo("done; the board restarts by itself. Eject the drive before unplugging it.")
    if as_json:
        print_json(
            {
                "drive": str(drive.path),
                "board": drive.boot.board_id,
                "circuitpython": drive.boot.version,
                "dry_run": dry_run,
                "notes": notes,
                **plan_json(plan),
                **({"diff": list(diff(plan))} if dry_run else {}),
            }
        )
