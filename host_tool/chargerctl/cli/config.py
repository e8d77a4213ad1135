# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl config`: check, show, render, set, pull. Secrets are masked in all output, except with --reveal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from chargerctl.cli.config_change import pull, set_
from chargerctl.cli.output import Answer, Command
from chargerctl.cli.settings_options import (
    SettingName,
    answer,
    board_option,
    config_option,
    config_path,
    read_settings,
    reveal_option,
    set_option,
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
    """Check, show and change settings; copy changes back from a drive."""


command.add_command(set_)
command.add_command(pull)


@command.command(cls=Command)
@config_option
@set_option
@board_option
def check(config: Path | None, overrides: tuple[str, ...], board_id: str | None) -> Answer:
    """Check the settings in the file, the environment and --set.

    Prints every mistake with its file, line and column. Exit status: 0 no mistake, 2 at least one.

    \b
    chargerctl config check
    chargerctl config check -c garage.toml --board raspberry_pi_pico_w
    """
    try:
        settings = effective(config_path(config), os.environ, overrides, board_id=board_id)
        board = board_for(settings.values, board_id)
        problems = settings.problems + deploy_problems(settings, board)
        status = 2 if any(not problem.warning for problem in problems) else 0
        good_to_know = notes(settings.values, board)
    except SettingsError as error:
        problems, status, good_to_know = error.problems, error.exit_status, []
    value = {
        "ok": status == 0,
        "problems": [problem.as_json() for problem in problems],
        "notes": good_to_know,
    }
    lines = [*map(str, problems), *(f"note: {note}" for note in good_to_know)]
    if status:
        return Answer(value, lines, status=status)
    found = "no mistakes" if not problems else f"{len(problems)} warning{'s' * (len(problems) > 1)}"
    summary = f"{config_path(config) or 'settings'}: {found}, {len(settings.given)} settings given"
    return Answer(value, lines, [summary])


@command.command(cls=Command)
@click.argument("names", nargs=-1, type=SettingName(sections=True), metavar="[SECTION[.KEY]]...")
@click.option("--explain", is_flag=True, help="Show where each value comes from, and what it overrides.")
@config_option
@set_option
@reveal_option
def show(
    names: tuple[str, ...],
    explain: bool,
    config: Path | None,
    overrides: tuple[str, ...],
    reveal: bool,
) -> Answer:
    """Show the settings in effect: all, or those that are named. SECTION shows a whole section.

    \b
    chargerctl config show
    chargerctl config show mqtt charger.serial --explain
    """
    settings = read_settings(config, overrides)
    chosen = [
        each
        for each in settings.explain()
        if not names or each.setting.name in names or each.setting.section in names
    ]
    shown = {each.setting.name: _as_json(each, explain, reveal) for each in chosen}
    width = max(len(each.setting.name) for each in chosen)
    lines = [f"{each.setting.name:{width}} = {_shown(each, reveal)}" for each in chosen]
    if explain:
        lines = [
            f"{line:{width + 30}} {_origin(each, reveal)}" for line, each in zip(lines, chosen, strict=True)
        ]
    return answer({"settings": shown}, lines, settings.warnings)


def _shown(each: Explained, reveal: bool) -> str:
    text = each.setting.shown(each.text, reveal)
    if each.setting.kind == "pin" and not text:
        return PIN_DEFAULT
    return text if each.setting.bare else quoted(text)


def _origin(each: Explained, reveal: bool) -> str:
    origin = str(each.place or each.source)
    replaced = ", ".join(
        f"{quoted(each.setting.shown(given.text, reveal))} from {given.place}" for given in each.replaced
    )
    return f"{origin}, overrides {replaced}" if replaced else origin


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


@command.command(name="render", cls=Command)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to this file, with secrets; a new file can be read only by you.",
)
@config_option
@set_option
@board_option
@reveal_option
def render_(
    output: Path | None,
    config: Path | None,
    overrides: tuple[str, ...],
    board_id: str | None,
    reveal: bool,
) -> Answer:
    """Print the settings.toml that a deploy would write.

    Secrets are masked without --reveal.

    \b
    chargerctl config render
    chargerctl config render --board raspberry_pi_pico_w -o board.toml
    """
    settings = read_settings(config, overrides, board_id)
    whole = settings.flat() | for_circuitpython(board_for(settings.values, board_id))
    if output:
        replace(output, render(whole))
    flat = whole if reveal else _masked(whole)
    value: dict[str, object] = {"settings": flat, "file": str(output) if output else None}
    if output:
        note = f"wrote {output}: {len(flat)} settings, with secrets"
        return answer(value, [], settings.warnings, [note])
    notes = (
        [] if flat == whole else ["secrets are masked: --reveal shows them, -o FILE writes them to a file"]
    )
    return answer(value, render(flat).removesuffix("\n").split("\n"), settings.warnings, notes)


def _masked(flat: dict[str, str]) -> dict[str, str]:
    return {name: setting.shown(text) for name, text in flat.items() if (setting := setting_of(name))}
