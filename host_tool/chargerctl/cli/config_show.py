# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl config show` and `config render`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chargerctl.cli.output import Answer, Command
from chargerctl.cli.settings_options import (
    SettingName,
    answer,
    board_option,
    config_option,
    read_settings,
    reveal_option,
    set_option,
)
from chargerctl.settings import render
from chargerctl.settings.board_file import quoted
from chargerctl.settings.effective import Explained, board_for
from chargerctl.settings.help import PIN_DEFAULT
from chargerctl.settings.save import replace
from chargerctl.settings.sources import for_circuitpython
from chargerctl.settings.table import setting_of


@click.command(cls=Command)
@click.argument("names", nargs=-1, type=SettingName(sections=True), metavar="[SECTION[.KEY]]...")
@click.option("--explain", is_flag=True, help="Show where each value comes from, and what it overrides.")
@config_option
@set_option
@reveal_option
def command(
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


@click.command(name="render", cls=Command)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to this file, with secrets; only you can read it.",
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
        replace(output, render(whole), private=True)
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
