# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl config`: check, show, render, set, pull. Secrets are masked in everything printed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from chargerctl.cli.config_change import pull, set_
from chargerctl.cli.settings_options import (
    SettingName,
    as_json_list,
    board_option,
    config_option,
    config_path,
    json_option,
    print_json,
    read_settings,
    reveal_option,
    set_option,
    warn,
)
from chargerctl.deploy.suits import deploy_problems
from chargerctl.settings import SettingsError, effective, render
from chargerctl.settings.board_file import quoted
from chargerctl.settings.edit import replace
from chargerctl.settings.effective import Explained, board_for
from chargerctl.settings.help import PIN_DEFAULT
from chargerctl.settings.rules import notes
from chargerctl.settings.sources import for_circuitpython
from chargerctl.settings.table import setting_of


@click.group()
def command() -> None:
    """Check, show and change settings; take back what was changed on a drive."""


command.add_command(set_)
command.add_command(pull)


@command.command()
@config_option
@set_option
@board_option
@json_option
def check(config: Path | None, overrides: tuple[str, ...], board_id: str | None, as_json: bool) -> int:
    """Find every mistake in file, environment and --set: file:line:col: message. Exit status 2 for mistakes."""
    try:
        settings = effective(config_path(config), os.environ, overrides, board_id=board_id)
        board = board_for(settings.values, board_id)
        problems = settings.problems + deploy_problems(settings, board)
        status = 2 if any(not problem.warning for problem in problems) else 0
        good_to_know = notes(settings.values, board)
    except SettingsError as error:
        problems, status, good_to_know = error.problems, error.exit_status, []
    if as_json:
        print_json({"ok": status == 0, "problems": as_json_list(problems), "notes": good_to_know})
        return status
    for line in (*map(str, problems), *(f"note: {note}" for note in good_to_know)):
        click.echo(line)
    if status == 0:
        found = "no mistakes" if not problems else f"{len(problems)} warning{'s' * (len(problems) > 1)}"
        click.echo(
            f"{config_path(config) or 'settings'}: {found}, {len(settings.given)} settings given", err=True
        )
    return status


@command.command()
@click.argument("names", nargs=-1, type=SettingName(sections=True), metavar="[SECTION[.KEY]]...")
@click.option("--explain", is_flag=True, help="Say where each value comes from and what it replaced.")
@config_option
@set_option
@reveal_option
@json_option
def show(
    names: tuple[str, ...],
    explain: bool,
    config: Path | None,
    overrides: tuple[str, ...],
    reveal: bool,
    as_json: bool,
) -> None:
    """Show the settings that count, or only those named; of a section all."""
    settings = read_settings(config, overrides)
    chosen = [
        each
        for each in settings.explain()
        if not names or each.setting.name in names or each.setting.section in names
    ]
    if as_json:
        shown = {each.setting.name: _as_json(each, explain, reveal) for each in chosen}
        print_json({"settings": shown, "warnings": as_json_list(settings.warnings)})
        return
    warn(settings.warnings)
    width = max(len(each.setting.name) for each in chosen)
    texts = [_shown(each, reveal) for each in chosen]
    for each, text in zip(chosen, texts, strict=True):
        line = f"{each.setting.name:{width}} = {text}"
        click.echo(f"{line:{width + 30}} {_origin(each, reveal)}" if explain else line)


def _shown(each: Explained, reveal: bool) -> str:
    text = each.setting.shown(each.text, reveal)
    if each.setting.kind == "pin" and not text:
        return PIN_DEFAULT
    return text if each.setting.bare else quoted(text)


def _origin(each: Explained, reveal: bool) -> str:
    origin = str(each.place or each.source)
    replaced = ", ".join(
        f"{quoted(each.setting.shown(given.text, reveal))} of {given.place}" for given in each.replaced
    )
    return f"{origin}, not {replaced}" if replaced else origin


def _as_json(each: Explained, explain: bool, reveal: bool) -> Any:
    value = each.setting.shown_json(each.text, reveal)
    if not explain:
        return value
    return {
        "value": value,
        "source": each.source,
        "where": str(each.place) if each.place else None,
        "replaced": [
            {
                "value": each.setting.shown_json(given.text, reveal),
                "source": given.source,
                "where": str(given.place),
            }
            for given in each.replaced
        ],
    }


@command.command(name="render")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the file, secrets included, readable by its owner only.",
)
@config_option
@set_option
@board_option
@reveal_option
@json_option
def render_(
    output: Path | None,
    config: Path | None,
    overrides: tuple[str, ...],
    board_id: str | None,
    reveal: bool,
    as_json: bool,
) -> None:
    """Print the board's settings.toml as a deploy would write it, secrets masked unless --reveal."""
    settings = read_settings(config, overrides, board_id)
    whole = settings.flat() | for_circuitpython(board_for(settings.values, board_id))
    if output:
        replace(output, render(whole))
    flat = whole if reveal else _masked(whole)
    if as_json:
        file = str(output) if output else None
        print_json({"settings": flat, "file": file, "warnings": as_json_list(settings.warnings)})
        return
    warn(settings.warnings)
    if output:
        click.echo(f"{output}: {len(flat)} lines written, secrets included", err=True)
    else:
        click.echo(render(flat), nl=False)
        if flat != whole:
            click.echo("secrets are masked: --reveal shows them, -o FILE writes them", err=True)


def _masked(flat: dict[str, str]) -> dict[str, str]:
    return {name: setting.shown(text) for name, text in flat.items() if (setting := setting_of(name))}
