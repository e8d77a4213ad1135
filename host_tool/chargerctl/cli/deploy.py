# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl deploy: firmware, libraries and settings onto a board's drive."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from chargerctl.boards.catalogue import BOARDS
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
from chargerctl.deploy.bytecode import texts_beside
from chargerctl.deploy.checks import check_board, missing_libraries, shadows
from chargerctl.deploy.deployment import plan_for, see
from chargerctl.deploy.form import Formed, edited_modules, in_form
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries import libraries
from chargerctl.deploy.snapshot import glance
from chargerctl.deploy.source_record import SourceRecord
from chargerctl.deploy.suits import check_suits
from chargerctl.deploy.target import SETTINGS_FILE, make_target
from chargerctl.deploy.troubles import explain
from chargerctl.deploy.versions import untested
from chargerctl.errors import ChargerctlError
from chargerctl.settings import Effective, effective
from chargerctl.state import state_folder

_MAJOR_IF_UNKNOWN = 10
_BOARD_IF_UNKNOWN = "seeed_xiao_esp32c6"  # the one that has no drive to find out from


@click.command(name="deploy", short_help="Write firmware, libraries and settings to a CIRCUITPY drive.")
@drive_option
@dry_run_option
@yes_option
@click.option("--force", is_flag=True, help="Deploy even if the board or folder fails the checks.")
@click.option(
    "--libs",
    type=click.Choice(["auto", "bundle", "wheels", "skip"]),
    default="auto",
    show_default=True,
    help="Libraries: from the newest bundle, from the packages installed with chargerctl, or as they are on the drive; "
    "auto takes a bundle where there is one.",
)
@click.option("--no-settings", is_flag=True, help="Leave the drive's settings.toml alone.")
@click.option(
    "--keep",
    type=click.Choice(["laptop", "drive"]),
    help="Whose value counts where a setting was changed on both sides. With laptop also where it was changed on the "
    "drive alone, or cannot be read there.",
)
@click.option(
    "--source",
    is_flag=True,
    help="Write the charger package and the libraries as text, to be edited on the drive. A board with PSRAM gets them so "
    "anyway; any other gets .mpy files, which need far less memory.",
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
    source: bool,
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
        formed, edited, more = _image(opened, libs, board_id, source)
        image = formed.image
        more += untested(image)
        beside = set(texts_beside(image)) - set(edited)
        snapshot = see(opened.volume, beside.union(image), image, manner.dry_run, manner.ask_to_finish)
        flat = settings.flat() if settings else None
        target = make_target(image, flat, snapshot, board_id, keep, str(opened.path), formed.names, edited)
        if board_id in BOARDS:
            content = target.image.get(SETTINGS_FILE, snapshot.content.get(SETTINGS_FILE, b""))
            more += check_suits(target.image, content, BOARDS[board_id], opened.boot.release, force)
        plan = plan_for(snapshot, replace(target, gone=sorted(beside)))
        notes += more + target.notes
        stays = set(snapshot.sizes) - {change.path for change in plan.touched if change.after is None}
        notes += [f"warning: {text}" for text in shadows(target.image, stays - set(edited))]
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
    note = f"{drive.path} is empty: it becomes a drive for {board_id}"
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


def _image(drive: OpenDrive, libs: str, board_id: str, source: bool) -> tuple[Formed, list[str], list[str]]:
    """Firmware and libraries for this drive, the modules that a person edits there, and what to say."""
    there: Image = {}
    try:
        on_drive, manifest = glance(drive.volume)
        if libs == "skip" and manifest:
            paths = [path for path in manifest.files if path.startswith("lib/") and path in on_drive]
            there = {path: drive.volume.read(path) for path in paths}
    except OSError as error:
        raise explain(error, str(drive.path), committed=False) from error
    major = drive.boot.release[0] or _MAJOR_IF_UNKNOWN
    files, notes = libraries(libs, major, there)
    image = firmware_image() | files
    edited = edited_modules(image, on_drive, manifest)
    record = SourceRecord(state_folder())
    formed = in_form(image, board_id, major, record, source=source, edited=edited)
    return formed, edited, notes + formed.notes
