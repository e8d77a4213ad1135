# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl config set` and `config pull`: what changes the laptop's settings file."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from chargerctl.cli.settings_options import (
    DEFAULT,
    SettingName,
    as_json_list,
    ask,
    complete_value,
    config_option,
    json_option,
    print_json,
    reveal_option,
    warn,
)
from chargerctl.deploy.records import MANIFEST, DamagedError, Manifest
from chargerctl.errors import InputError
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


class _NumbersAreNoOptions(click.Command):
    """Takes -5.75 for a value. Anything else that begins with a minus sign stands behind --."""

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
@json_option
def set_(name: str, value: tuple[str, ...], config: Path | None, as_json: bool) -> None:
    """Change one setting in the file, in place; comments stay. Without VALUE it is asked for."""
    if len(value) > 1:
        raise InputError(f"{name}: give one value; put it in quotes where it has blanks")
    setting = SETTINGS[name]
    text = value[0] if value else ask(setting, proposal="" if setting.secret else None)
    path = config or DEFAULT
    changed = change_file(path, {name: text})
    if as_json:
        value_json = setting.shown_json(text)
        warnings = as_json_list(changed.warnings)
        print_json({"file": str(path), "setting": name, "value": value_json, "warnings": warnings})
        return
    warn(changed.warnings)
    click.echo("\n".join(changed.diff()) or f"{name} is {setting.shown(text)} already")


@click.command()
@click.option(
    "--drive",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The board's drive (CIRCUITPY), or a folder like it.",
)
@click.option(
    "--keep",
    type=click.Choice(["drive", "laptop"]),
    help="Whose value counts where both sides were changed, or a line of the drive cannot be taken.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@config_option
@reveal_option
@json_option
def pull(
    drive: Path, keep: str | None, dry_run: bool, config: Path | None, reveal: bool, as_json: bool
) -> None:
    """Take what was changed on the drive since the last deploy into the local file, shown as a diff."""
    path = config or DEFAULT
    laptop = effective(path if path.exists() else None, os.environ, complete=False)
    board_file = read_board_file(_read(drive / "settings.toml"))
    taken, conflicts, problems = changes_to_pull(
        _base(drive) if path.exists() else {}, board_file, laptop.flat(), keep, str(drive / "settings.toml")
    )
    if conflicts or problems:
        raise MergeError(conflicts, problems)
    changed = change_file(path, {one.name: one.drive for one in taken}, write=not dry_run, create=True)
    names = {one.name for one in taken}
    warnings = changed.warnings + [
        Problem(Place(each.setting.name), f"{each.place} still counts before the file", warning=True)
        for each in laptop.given.values()
        if each.source == "environment" and each.setting.name in names
    ]
    if as_json:
        changes = [_as_json(one, reveal) for one in taken]
        written = bool(taken) and not dry_run
        warnings_json = as_json_list(warnings)
        print_json({"file": str(path), "written": written, "changes": changes, "warnings": warnings_json})
        return
    warn(warnings)
    for line in changed.diff(reveal):
        click.echo(line)
    if not taken:
        click.echo("nothing was changed on the drive", err=True)


def _as_json(one: Difference, reveal: bool) -> dict[str, object]:
    before, after = (
        None if text is None else one.setting.shown_json(text, reveal) for text in (one.laptop, one.drive)
    )
    return {"setting": one.name, "before": before, "after": after}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; is that the board's drive?") from None


def _base(drive: Path) -> dict[str, str]:
    """What the last deploy put there; {} where there was none, so that every difference counts."""
    try:
        return Manifest.read((drive / MANIFEST).read_bytes()).settings
    except (OSError, DamagedError):
        return {}
