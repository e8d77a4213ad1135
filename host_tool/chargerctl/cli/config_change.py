# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl config set` and `config pull`: change the laptop's settings file."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from chargerctl.boards.address import Address
from chargerctl.boards.named import named_settings
from chargerctl.boards.reach import Approach
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options, stop_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import (
    DEFAULT,
    SettingName,
    answer,
    ask,
    complete_value,
    config_option,
    reveal_option,
    seen_in_ps,
)
from chargerctl.deploy.image import SETTINGS_FILE
from chargerctl.deploy.opening import open_drive
from chargerctl.deploy.snapshot import glance
from chargerctl.deploy.troubles import explained
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.settings import effective
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.change import change_file
from chargerctl.settings.differences import Difference
from chargerctl.settings.merge import MergeError
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.pull import changes_to_pull
from chargerctl.settings.table import SETTINGS

_NEGATIVE = re.compile(r"-\.?\d.*")


def _complete_value(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    name = ctx.params.get("name", "")
    return complete_value(name, incomplete) if name in SETTINGS else []


class _NumbersAreNoOptions(Command):
    """Accepts -5.75 as a value. Any other value that starts with a minus sign must follow --."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        numbers = [arg for arg in args[:end] if _NEGATIVE.fullmatch(arg)]
        if numbers:
            others = [arg for arg in args[:end] if arg not in numbers]
            args = [*others, "--", *numbers, *args[end + 1 :]]
        return super().parse_args(ctx, args)


@click.command(name="set", cls=_NumbersAreNoOptions)
@click.argument("name", type=SettingName(), metavar="SECTION.KEY")
@click.argument("value", nargs=-1, shell_complete=_complete_value, metavar="[VALUE]")
@config_option
@click.pass_obj
def set_(output: Output, name: str, value: tuple[str, ...], config: Path | None) -> Answer:
    """Change one setting in the file; comments stay. Without VALUE, asks for it and hides a password.

    \b
    chargerctl config set mqtt.port 1884
    chargerctl config set wifi.password
    """
    if len(value) > 1:
        raise InputError(f"{name}: give one value; put it in quotes if it contains spaces")
    setting = SETTINGS[name]
    if value and value[0] and setting.secret:
        output.diagnose(seen_in_ps(name))
    text = value[0] if value else ask(setting, proposal="" if setting.secret else None)
    path = config or DEFAULT
    changed = change_file(path, {name: text})
    return answer(
        {"file": str(path), "setting": name, "value": setting.shown_json(text)},
        changed.diff() or [f"{name} is already {setting.shown(text)}"],
        changed.warnings,
    )


@click.command(cls=Command)
@board_options()
@stop_option
@click.option(
    "--keep",
    type=click.Choice(["drive", "laptop"]),
    help="Which value to keep if drive and laptop both changed, or if a line of the drive cannot be used.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@config_option
@reveal_option
@click.pass_obj
def pull(
    output: Output,
    drive: Address | None,
    force: bool,
    keep: str | None,
    dry_run: bool,
    config: Path | None,
    reveal: bool,
) -> Answer:
    """Copy settings changed on the drive to the local file.

    Compares the drive with the last deploy, and prints the changes as a diff.

    \b
    chargerctl config pull --dry-run
    chargerctl config pull --drive /media/me/CIRCUITPY --keep drive
    """
    address, on_drive, base = _read(drive, approach(output, force, config=config))
    label = address.file(SETTINGS_FILE)
    path = config or named_settings(address) or DEFAULT
    there = os.path.lexists(path)
    laptop = effective(path if there else None, os.environ, complete=False)
    taken, conflicts, problems = changes_to_pull(
        base if there else {}, read_board_file(on_drive), laptop.flat(), keep, label
    )
    if conflicts or problems:
        raise MergeError(conflicts, problems)
    changed = change_file(path, {one.name: one.drive for one in taken}, write=not dry_run, create=True)
    names = {one.name for one in taken}
    warnings = changed.warnings + [
        Problem(Place(each.setting.name), f"{each.place} still overrides the file", warning=True)
        for each in laptop.given.values()
        if each.source == "environment" and each.setting.name in names
    ]
    value = {
        "file": str(path),
        "written": bool(taken) and not dry_run,
        "changes": [_as_json(one, reveal) for one in taken],
    }
    notes = [] if taken else ["no setting was changed on the drive"]
    return answer(value, changed.diff(reveal), warnings, notes)


def _as_json(one: Difference, reveal: bool) -> dict[str, object]:
    before, after = (
        None if text is None else one.setting.shown_json(text, reveal) for text in (one.laptop, one.drive)
    )
    return {"setting": one.name, "before": before, "after": after}


def _read(drive: Address | None, approach: Approach) -> tuple[Address, bytes, dict[str, str]]:
    """The board, its settings.toml, and what the last deploy put there: {} where there was none, so that every difference
    counts. The board is only read."""
    with open_drive(drive, approach=approach) as opened:
        if unfinished := opened.unfinished():
            raise ChargerctlError(f"{unfinished[0]}, then run this again")
        label = opened.address.file(SETTINGS_FILE)
        with explained(opened.volume.name):
            files, manifest = glance(opened.volume)
            listing = opened.volume.list()
            what = "a folder" if SETTINGS_FILE in listing.folders else listing.others.get(SETTINGS_FILE)
            if what:
                raise InputError(f"{label}: is {what}: put a file in its place")
            if SETTINGS_FILE not in files:
                raise InputError(f"{label}: file not found; is that the board's drive?")
            return opened.address, opened.volume.read(SETTINGS_FILE), manifest.settings if manifest else {}
