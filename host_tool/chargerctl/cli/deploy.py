# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl deploy: writes firmware, libraries and settings to a board's drive."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from chargerctl.boards.address import Address
from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.catalogue import BOARDS, DEFAULT_BOARD, NEWEST_MAJOR
from chargerctl.boards.named import named_settings
from chargerctl.cli.approach import approach
from chargerctl.cli.deploy_all import boards_for_all, deploy_all
from chargerctl.cli.drive_options import board_options, dry_run_option, yes_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.run_plan import Manner, run_plan
from chargerctl.cli.settings_options import config_option, config_path, read_settings, set_option
from chargerctl.deploy.bytecode.compiler import texts_beside
from chargerctl.deploy.bytecode.form import Formed, edited_modules, in_form
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.checks import check_board, checked_plan, missing_libraries, shadows
from chargerctl.deploy.image import SETTINGS_FILE, Image, firmware_image
from chargerctl.deploy.libraries.choice import libraries
from chargerctl.deploy.libraries.versions import untested
from chargerctl.deploy.opening import OpenDrive, open_drive, snapshot_of
from chargerctl.deploy.own_programs import record_programs
from chargerctl.deploy.snapshot import glance
from chargerctl.deploy.suits import check_suits
from chargerctl.deploy.target import make_target
from chargerctl.deploy.troubles import explained
from chargerctl.errors import ChargerctlError
from chargerctl.files import state_folder
from chargerctl.settings import effective


@dataclass(frozen=True)
class Wishes:
    """The options of a deploy, but for the board."""

    dry_run: bool
    yes: bool
    force: bool
    libs: str
    no_settings: bool
    keep: str | None
    source: bool
    config: Path | None
    overrides: tuple[str, ...]


@click.command(cls=Command)
@board_options()
@click.option("--all", "every", is_flag=True, help="Deploy to each board in boards.toml, one after another.")
@dry_run_option
@yes_option
@click.option(
    "--force",
    is_flag=True,
    help="Deploy even if the board or folder fails the checks, and even if that ends a charge.",
)
@click.option(
    "--libs",
    type=click.Choice(["auto", "bundle", "wheels", "skip"]),
    default="auto",
    show_default=True,
    help="Where libraries come from. wheels: the packages installed with chargerctl; bundle: the newest CircuitPython "
    "bundle, by circup (pip install 'chargerctl[bundle]'); skip: keep those on the drive; auto: a bundle if circup is "
    "installed and has one or can download it, else wheels.",
)
@click.option("--no-settings", is_flag=True, help="Do not change the drive's settings.toml.")
@click.option(
    "--keep",
    type=click.Choice(["laptop", "drive"]),
    help="Which value wins where a setting was changed on both sides. laptop also wins where a setting was changed only "
    "on the drive, or cannot be read there.",
)
@click.option(
    "--source",
    is_flag=True,
    help="Write the charger package and the libraries as text, which can be edited on the drive. Default on a board with "
    "PSRAM; others get .mpy files, which need far less memory.",
)
@config_option
@set_option
@click.pass_obj
def command(output: Output, drive: Address | None, every: bool, **options: Any) -> Answer:
    """Write firmware, libraries and settings to a board: to its drive, over its serial port, or over the network.

    What changes is shown first. If the deploy is interrupted, the board runs the old firmware, runs the new one, or
    holds its outputs safe until a reset or the next deploy has finished it.

    \b
    chargerctl deploy --dry-run
    chargerctl deploy
    chargerctl deploy --drive /media/me/CIRCUITPY --set mqtt.broker=10.0.0.2
    chargerctl deploy --port auto
    chargerctl deploy --host cpy-1a2b3c.local
    chargerctl deploy garage
    chargerctl deploy --all --yes
    """
    wishes = Wishes(**options)
    if not every:
        return _deploy(output, drive, wishes)
    if drive:
        raise click.UsageError(f"--all deploys to every board in boards.toml: leave out --all, or {drive}")
    boards = boards_for_all(wishes.config, wishes.no_settings, wishes.overrides)
    return deploy_all(output, boards, lambda address: _deploy(output, address, wishes))


def _deploy(output: Output, drive: Address | None, wishes: Wishes) -> Answer:
    dry_run, force, libs, overrides = wishes.dry_run, wishes.force, wishes.libs, wishes.overrides
    manner = Manner(dry_run, wishes.yes, output)
    with open_drive(
        drive, blank=True, approach=approach(output, force, True, wishes.config, overrides)
    ) as opened:
        notes: list[str] = []
        config = wishes.config
        if config is None and (config := named_settings(opened.address)):
            notes = [f"{opened.address.called}: settings of {config}"]
        if opened.blank:
            opened, more = _for_a_board(opened, config, overrides)
            notes += more
        settings = (
            None if wishes.no_settings else read_settings(config, overrides, opened.boot.board_id or None)
        )
        warnings = [*map(str, settings.warnings)] if settings else []
        output.note(*warnings)  # before the checks, which may refuse the deploy
        wanted = settings.values.hardware.board if settings else _wanted_board(config, overrides)
        board_id = check_board(opened.boot, str(opened.address), wanted, force)
        formed, edited, more = _image(opened, libs, board_id, wishes.source)
        image = formed.image
        more += untested(image)
        notes += warnings if output.as_json else []
        beside = set(texts_beside(image)) - set(edited)
        snapshot = snapshot_of(
            opened.volume, beside.union(image), image, manner.dry_run, manner.ask_to_finish
        )
        flat = settings.flat() if settings else None
        target = make_target(
            image, flat, snapshot, board_id, wishes.keep, opened.address, formed.names, edited
        )
        if board_id in BOARDS:
            content = target.image.get(SETTINGS_FILE, snapshot.content.get(SETTINGS_FILE, b""))
            more += check_suits(target.image, content, BOARDS[board_id], opened.boot.release, force)
        plan = checked_plan(snapshot, replace(target, gone=sorted(beside)))
        notes += more + target.notes
        stays = set(snapshot.sizes) - {change.path for change in plan.touched if change.after is None}
        notes += [f"warning: {text}" for text in shadows(target.image, stays - set(edited))]
        missing = missing_libraries(plan)
        if missing and not force:
            raise ChargerctlError(
                f"the charger would not start: {', '.join(missing)} would be missing on the drive; leave out --libs skip, "
                "or use --force"
            )
        if not dry_run:
            record_programs(state_folder(), _made_here(image, libs))
        return run_plan(opened, plan, notes, manner)


def _made_here(image: Image, libs: str) -> Image:
    """Without the libraries that were on the drive, whoever made them."""
    return {path: content for path, content in image.items() if libs != "skip" or not path.startswith("lib/")}


def _for_a_board(
    drive: OpenDrive, config: Path | None, overrides: tuple[str, ...]
) -> tuple[OpenDrive, list[str]]:
    """An empty folder as the drive of the board that the settings name, and a line about it."""
    wanted = _wanted_board(config, overrides)
    board_id = DEFAULT_BOARD if wanted == "auto" else wanted
    note = f"{drive.address} is empty: it becomes a drive for {board_id}"
    if wanted == "auto":
        note += "; for another board add --set hardware.board=BOARD_ID"
    return replace(drive, boot=BootOut.assumed(board_id)), [note]


def _wanted_board(config: Path | None, overrides: tuple[str, ...]) -> str:
    partial = effective(config_path(config), os.environ, overrides, complete=False)
    return partial.values.hardware.board


def _image(drive: OpenDrive, libs: str, board_id: str, source: bool) -> tuple[Formed, list[str], list[str]]:
    """Firmware and libraries for this drive, the modules that the user edits there, and lines for the user."""
    there: Image = {}
    with explained(drive.volume.name):
        on_drive, manifest = glance(drive.volume)
        if libs == "skip" and manifest:
            paths = [path for path in manifest.files if path.startswith("lib/") and path in on_drive]
            there = {path: drive.volume.read(path) for path in paths}
    major = drive.boot.release[0] or NEWEST_MAJOR
    files, notes = libraries(libs, major, there, state_folder())
    image = firmware_image() | files
    edited = edited_modules(image, on_drive, manifest)
    record = SourceRecord(state_folder())
    formed = in_form(image, board_id, major, record, source=source, edited=edited)
    return formed, edited, notes + formed.notes
