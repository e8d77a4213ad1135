# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What commands that read settings have in common: -c and --set, and completion of the names of settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from chargerctl.boards.catalogue import BOARDS
from chargerctl.settings import Effective, Problem, effective
from chargerctl.settings.help import HELP
from chargerctl.settings.likeness import did_you_mean
from chargerctl.settings.secret_names import repeatable
from chargerctl.settings.table import SECTIONS, SETTINGS, Setting, near_name

DEFAULT = Path("settings.toml")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class SettingName(click.ParamType):
    """The name of a setting, such as mqtt.broker; with `sections` also that of a section."""

    name = "section.key"

    def __init__(self, sections: bool = False) -> None:
        self._sections = SECTIONS if sections else ()

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in SETTINGS and value not in self._sections:
            name = repeatable(value)
            slip = (
                "the name must stand alone, a value apart"
                if name in SETTINGS
                else did_you_mean(near_name(name))
            )
            self.fail(f"{name}: {slip}", param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(name, help=HELP[name]) for name in SETTINGS if name.startswith(incomplete)]


class Assignment(click.ParamType):
    """SECTION.KEY=VALUE; checked with all other sources, so that every mistake is shown at once."""

    name = "section.key=value"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        name, equals, _ = incomplete.partition("=")
        if equals and name in SETTINGS:
            return complete_value(name, incomplete)
        return [
            CompletionItem(f"{name}=", help=HELP[name]) for name in SETTINGS if name.startswith(incomplete)
        ]


def complete_value(name: str, incomplete: str) -> list[CompletionItem]:
    """The values that a setting can be completed to, behind `NAME=` where that was typed."""
    prefix = f"{name}=" if incomplete.startswith(f"{name}=") else ""
    setting = SETTINGS[name]
    choices: Sequence[str] = setting.choices
    if name == "hardware.board":
        choices = ["auto", *BOARDS]
    elif setting.kind == "pin":
        needed = setting.row[2]
        choices = [
            *([] if needed else ["none"]),
            *dict.fromkeys(pin for each in BOARDS.values() for pin in each.pins),
        ]
    return [CompletionItem(prefix + each) for each in choices if (prefix + each).startswith(incomplete)]


config_option: Decorator = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings file.  [default: settings.toml, where there is one]",
)
set_option: Decorator = click.option(
    "--set",
    "overrides",
    type=Assignment(),
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    help="Give one setting here; counts before file and environment. May be repeated.",
)
json_option: Decorator = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
reveal_option: Decorator = click.option("--reveal", is_flag=True, help="Show secrets instead of ***.")
board_option: Decorator = click.option(
    "--board",
    "board_id",
    type=click.Choice([*BOARDS]),
    metavar="BOARD_ID",
    help='Check pins against this board, where [hardware] board is "auto".',
)


def config_path(config: Path | None) -> Path | None:
    """The file that was named, else ./settings.toml where there is one."""
    return config or (DEFAULT if DEFAULT.is_file() else None)


def read_settings(config: Path | None, overrides: Sequence[str], board_id: str | None = None) -> Effective:
    """The settings that count for this run of chargerctl; SettingsError with every mistake."""
    return effective(config_path(config), os.environ, overrides, board_id=board_id)


def ask(setting: Setting, proposal: str | None = None) -> str:
    """Ask on stderr until the answer is a good one; of no terminal, the lines are read as they come."""
    hint = " (empty: open network)" if setting.name == "wifi.password" else ""
    click.echo(HELP[setting.name], err=True)
    while True:
        text = _answer(f"{setting.name}{hint}", proposal, setting.secret)
        try:
            setting.check(text)
        except ValueError as error:
            click.echo(f"{setting.name}: {error}", err=True)
        else:
            return text


def _answer(question: str, proposal: str | None, hidden: bool) -> str:
    if sys.stdin.isatty():
        answer: str = click.prompt(
            question, default=proposal, hide_input=hidden, show_default=bool(proposal), err=True
        )
        return answer
    click.echo(f"{question}{f' [{proposal}]' if proposal else ''}: ", nl=False, err=True)
    line = sys.stdin.readline()
    click.echo(err=True)
    if not line:
        raise click.Abort
    return line.rstrip("\r\n") or proposal or ""


def warn(problems: Sequence[Problem]) -> None:
    """Warnings go to stderr, so that what is printed can be piped."""
    for problem in problems:
        click.echo(str(problem), err=True)


def as_json_list(problems: Sequence[Problem]) -> list[dict[str, object]]:
    return [problem.as_json() for problem in problems]


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
