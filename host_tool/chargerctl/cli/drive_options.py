# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What commands on a drive have in common: finding and locking it, showing a plan, carrying it out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from chargerctl.boards.catalogue import BOARDS
from chargerctl.boards.find import BOOT_OUT, BootOut, the_drive
from chargerctl.cli.settings_options import Decorator, print_json
from chargerctl.deploy import boot_out_text
from chargerctl.deploy.checks import missing_libraries
from chargerctl.deploy.deployment import carry_out, keep_replaced
from chargerctl.deploy.folder import FolderVolume
from chargerctl.deploy.keep import board_key
from chargerctl.deploy.lock import locked
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.progress import shown_progress
from chargerctl.deploy.show import diff, plan_json, plan_lines
from chargerctl.deploy.troubles import explain
from chargerctl.deploy.volume import Volume
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.state import state_folder

drive_option: Decorator = click.option(
    "--drive",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The board's drive, a folder like it, or a FAT image.  [default: the one CIRCUITPY drive found]",
)
dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="Show what would change; write nothing."
)
yes_option: Decorator = click.option(
    "--yes",
    is_flag=True,
    help="Do not ask before writing. Needed with --json and without a terminal.",
)


@dataclass(frozen=True)
class OpenDrive:
    """A drive that is ours alone for now.

    key: under which its replaced files are kept on the laptop. blank: it is an empty folder on the laptop, for the
    drive of a board that is not here.
    """

    path: Path
    volume: Volume
    boot: BootOut
    key: str
    blank: bool = False


@dataclass(frozen=True)
class Manner:
    """How a command is to be carried out: the options that those which write have in common."""

    dry_run: bool
    yes: bool
    as_json: bool

    def ask(self, question: str) -> None:
        """Return when `question` is answered with yes; an error where it is not, or there is no terminal."""
        if self.yes:
            return
        if self.as_json or not sys.stdin.isatty():
            raise InputError(
                "nothing was written: without a terminal to ask on, and with --json, add --yes to write"
            )
        if not click.confirm(question, default=True):
            raise ChargerctlError("nothing was written")

    def ask_to_finish(self) -> None:
        """Before an earlier deploy is finished."""
        if not self.as_json:
            click.echo(
                "an earlier deploy was cut after its commit: it has to be finished before anything else"
            )
        self.ask("Finish it?")


@contextmanager
def open_drive(path: Path | None, blank: bool = False) -> Iterator[OpenDrive]:
    """The drive at `path`, or the one that is plugged in, locked.

    blank: a folder that is empty, or not there yet, does too; it is gone afterwards if nothing was written.
    """
    where = path or the_drive()
    with locked(where, state_folder()), _made(where) if blank else nullcontext(), _volume(where) as volume:
        try:
            boot = BootOut.read(volume.read(BOOT_OUT))
        except FileNotFoundError:
            boot = BootOut()
        except OSError as error:
            raise explain(error, str(where), committed=False) from error
        yield OpenDrive(where, volume, boot, board_key(boot.uid, where), blank and _is_blank(where))


def _is_blank(folder: Path) -> bool:
    """Whether this is an empty folder, and neither a drive nor a place where one belongs that is not plugged in."""
    if not folder.is_dir() or os.path.ismount(folder) or _is_for_a_drive(folder):
        return False
    return not any(folder.iterdir())


def _is_for_a_drive(path: Path) -> bool:
    return path.name.upper().startswith("CIRCUITPY")


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """With the folder, unless an image or a drive that is not plugged in was meant; without it if it stays empty."""
    if folder.exists() or folder.suffix or _is_for_a_drive(folder) or not folder.parent.is_dir():
        yield
        return
    try:
        folder.mkdir()
    except OSError as error:
        raise ChargerctlError(f"{folder} cannot be made: {error.strerror}") from error
    try:
        yield
    finally:
        with suppress(OSError):  # something is in it now
            folder.rmdir()


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


def run_plan(drive: OpenDrive, plan: Plan, notes: list[str], manner: Manner) -> None:
    """Show the plan, ask, keep what it replaces for a rollback, and carry it out."""
    if missing := missing_libraries(plan):
        notes = [*notes, f"WARNING: the charger will not start: the drive will lack {', '.join(missing)}"]
    if not manner.as_json:
        click.echo(f"{drive.path}: {drive.boot}")
        for line in (*notes, *plan_lines(plan), *(diff(plan) if manner.dry_run else ())):
            click.echo(line)
    if not manner.dry_run and not plan.nothing_to_do:
        manner.ask("Write this?")
        if drive.blank:
            drive.volume.write(BOOT_OUT, boot_out_text(drive.boot.board_id).encode())
        make_current = keep_replaced(plan, state_folder(), drive.key)
        with shown_progress(Console(stderr=True, quiet=manner.as_json), plan.bytes_to_write) as progress:
            carry_out(drive.volume, plan, progress, make_current)
        if not manner.as_json:
            click.echo(_done(drive))
    if manner.as_json:
        print_json(
            {
                "drive": str(drive.path),
                "board": drive.boot.board_id,
                "circuitpython": drive.boot.version,
                "dry_run": manner.dry_run,
                "notes": notes,
                **plan_json(plan),
                **({"diff": list(diff(plan))} if manner.dry_run else {}),
            }
        )


def _done(drive: OpenDrive) -> str:
    board_id = drive.boot.board_id
    if board_id in BOARDS and not BOARDS[board_id].has_drive:
        return (
            f"done; {board_id} has no USB drive: with the web workflow (code.circuitpython.org) or a serial editor such as "
            "Thonny delete charger/ and lib/ on the board, since a file that is left there may run instead of a new one; "
            f"then copy what is in {drive.path} to it, and reset it"
        )
    if not drive.path.is_dir():
        return f"done; {drive.path} is an image, no board"
    if not (os.path.ismount(drive.path.resolve()) or _is_for_a_drive(drive.path)):
        return f"done; {drive.path} is a folder, no board: chargerctl simulate --drive {drive.path} runs what is in it"
    return "done; the board restarts by itself. Eject the drive before unplugging it."
