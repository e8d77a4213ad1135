# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl deploy: firmware, libraries and settings onto a board's drive."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from chargerctl.boards.find import BootOut
from chargerctl.cli.drive_options import (
    Manner,
    OpenDrive,
    drive_option,
    dry_run_option,
    open_drive,
    run_plan,
    yes_option,
)
from chargerctl.cli.settings_options import (
    config_option,
    config_path,
    json_option,
    read_settings,
    set_option,
    warn,
)
from chargerctl.deploy import boot_out_text
from chargerctl.deploy.checks import check_board, missing_libraries, shadows
from chargerctl.deploy.deployment import plan_for, see
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries import compiled, libraries
from chargerctl.deploy.snapshot import look
from chargerctl.deploy.target import make_target
from chargerctl.errors import ChargerctlError
from chargerctl.settings import Effective, effective

_MAJOR_IF_UNKNOWN = 10
_BOARD_IF_UNKNOWN = "seeed_xiao_esp32c6"  # the one that has no drive to find out from


@click.command(name="deploy", short_help="Write firmware, libraries and settings to a CIRCUITPY drive.")
@drive_option
@dry_run_option
@yes_option
@click.option("--force", is_flag=True, help="Also to a folder or a board that does not look right.")
@click.option(
    "--libs",
    type=click.Choice(["auto", "bundle", "wheels", "skip"]),
    default="auto",
    show_default=True,
    help="Libraries: compiled from the newest bundle, as source from the installed packages, or as they are; "
    "auto takes a bundle where one can be had.",
)
@click.option("--no-settings", is_flag=True, help="Leave the drive's settings.toml alone.")
@click.option(
    "--keep",
    type=click.Choice(["laptop", "drive"]),
    help="Whose value counts where a setting was changed on both sides. With laptop also where it was changed on the "
    "drive alone, or cannot be read there.",
)
@click.option(
    "--mpy-cross",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="CircuitPython's mpy-cross: compile the charger package and source libraries with it.",
)
@config_option
@set_option
@json_option
def command(
    drive: Path | None,
    dry_run: bool,
    yes: bool,
    force: bool,
    libs: str,
    no_settings: bool,
    keep: str | None,
    mpy_cross: Path | None,
    config: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write firmware, libraries and settings to a board's drive.

    What changes is shown first. Whatever happens meanwhile, the board runs the old firmware, runs the new
    one, or holds its outputs safe until it or the next deploy has finished the job.
    """
    manner = Manner(dry_run, yes, as_json)
    with open_drive(drive, blank=True) as opened:
        notes: list[str] = []
        if opened.blank:
            opened, notes = _for_a_board(opened, config, overrides)
        board_id, settings = _board_and_settings(opened, config, overrides, no_settings, force)
        image, more = _image(opened, libs, mpy_cross)
        snapshot = see(opened.volume, set(image), image, manner.dry_run, manner.ask_to_finish)
        target = make_target(
            image, settings.flat() if settings else None, snapshot, board_id, keep, str(opened.path)
        )
        plan = plan_for(snapshot, target)
        notes += (
            more + target.notes + [f"warning: {text}" for text in shadows(target.image, set(snapshot.sizes))]
        )
        missing = missing_libraries(plan)
        if missing and not force:
            raise ChargerctlError(
                f"the drive would lack {', '.join(missing)}, and the charger would not start: leave out --libs skip, or "
                "use --force"
            )
        run_plan(opened, plan, notes, manner)


def _for_a_board(
    drive: OpenDrive, config: Path | None, overrides: tuple[str, ...]
) -> tuple[OpenDrive, list[str]]:
    """An empty folder taken for the drive of the board that the settings name, and what to say of it."""
    wanted = _wanted_board(config, overrides)
    board_id = _BOARD_IF_UNKNOWN if wanted == "auto" else wanted
    note = f"{drive.path} is empty: it becomes the drive of a {board_id}"
    if wanted == "auto":
        note += "; for another board add --set hardware.board=BOARD_ID"
    return replace(drive, boot=BootOut.read(boot_out_text(board_id).encode())), [note]


def _wanted_board(config: Path | None, overrides: tuple[str, ...]) -> str:
    partial = effective(config_path(config), os.environ, overrides, complete=False)
    return str(partial.values["hardware.board"])


def _board_and_settings(
    drive: OpenDrive, config: Path | None, overrides: tuple[str, ...], no_settings: bool, force: bool
) -> tuple[str, Effective | None]:
    """Which board this is, and the settings checked against it (None: none are wanted)."""
    if no_settings:
        wanted = _wanted_board(config, overrides)
        return check_board(drive.boot, str(drive.path), wanted, force), None
    settings = read_settings(config, overrides, drive.boot.board_id or None)
    warn(settings.warnings)
    wanted = str(settings.values["hardware.board"])
    return check_board(drive.boot, str(drive.path), wanted, force), settings


def _image(drive: OpenDrive, libs: str, mpy_cross: Path | None) -> tuple[Image, list[str]]:
    there: Image = {}
    if libs == "skip":
        snapshot = look(drive.volume, set())
        owned = snapshot.manifest.files if snapshot.manifest else {}
        there = {
            path: data for path, data in snapshot.content.items() if path in owned and path.startswith("lib/")
        }
    files, notes = libraries(libs, drive.boot.release[0] or _MAJOR_IF_UNKNOWN, there)
    image = firmware_image() | files
    return (compiled(image, mpy_cross) if mpy_cross else image), notes
