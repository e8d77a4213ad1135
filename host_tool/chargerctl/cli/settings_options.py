# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The options of commands that read settings (-c, --set ...), and the completion of names and values of settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from chargerctl.boards.address import Address
from chargerctl.boards.catalogue import BOARDS
from chargerctl.boards.named import named_settings
from chargerctl.cli.output import Answer, Decorator, Output
from chargerctl.likeness import did_you_mean
from chargerctl.settings import Effective, Problem, effective
from chargerctl.settings.help import HELP
from chargerctl.settings.secret_names import repeatable
from chargerctl.settings.table import SECTIONS, SETTINGS, Setting, near_name

DEFAULT = Path("settings.toml")


class SettingName(click.ParamType):
    """The name of a setting, such as mqtt.broker; with `sections` also that of a section."""

    name = "section.key"

    def __init__(self, sections: bool = False) -> None:
        self._sections = SECTIONS if sections else ()

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in SETTINGS and value not in self._sections:
            name = repeatable(value)
            slip = (
                "give the name alone, the value as a separate argument"
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
    """SECTION.KEY=VALUE. Checked later with the other sources, so that all mistakes are reported together."""

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
    """The completions of a setting's value; each with `NAME=` in front if `incomplete` has it."""
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


config_with_help = partial(click.option, "-c", "--config", type=click.Path(path_type=Path, dir_okay=False))
config_option: Decorator = config_with_help(help="The settings file.  [default: settings.toml, if it exists]")


def seen_in_ps(name: str) -> str:
    """The warning about a secret on the command line."""
    return (
        f"warning: {name} on the command line: other users can read it there (ps), and your shell keeps it: use the "
        f"settings file, {SETTINGS[name].variable} or chargerctl config set {name}, which asks"
    )


def _warn_of_ps(ctx: click.Context, param: click.Parameter, overrides: tuple[str, ...]) -> tuple[str, ...]:
    if ctx.get_parameter_source(str(param.name)) is click.core.ParameterSource.COMMANDLINE:
        for name, _, text in (each.partition("=") for each in overrides):
            if name in SETTINGS and SETTINGS[name].secret and text:
                ctx.ensure_object(Output).diagnose(seen_in_ps(name))
    return overrides


set_with_help = partial(
    click.option,
    "--set",
    "overrides",
    callback=_warn_of_ps,
    type=Assignment(),
    multiple=True,
    metavar="SECTION.KEY=VALUE",
)
set_option: Decorator = set_with_help(
    help="Set one setting for this run; overrides file and environment. Can be repeated."
)
reveal_option: Decorator = click.option("--reveal", is_flag=True, help="Show secrets instead of ***.")
board_option: Decorator = click.option(
    "--board",
    "board_id",
    type=click.Choice([*BOARDS]),
    metavar="BOARD_ID",
    help='Check the pins of this board if [hardware] board is "auto".',
)


def config_path(config: Path | None, board: Address | None = None) -> Path | None:
    """The file given with -c, else that of the board where it was named, else ./settings.toml if it exists."""
    return config or named_settings(board) or (DEFAULT if DEFAULT.exists() else None)


def read_settings(config: Path | None, overrides: Sequence[str], board_id: str | None = None) -> Effective:
    """The settings in effect for this run of chargerctl; SettingsError with every mistake."""
    return effective(config_path(config), os.environ, overrides, board_id=board_id)


def ask(setting: Setting, proposal: str | None = None) -> str:
    """Ask on stderr until the answer is valid. Without a terminal each line of stdin is an answer."""
    hint = " (empty: open network)" if setting.name == "wifi.password" else ""
    click.echo(HELP[setting.name], err=True)
    while True:
        text = _answer(f"{setting.name}{hint}", proposal, setting.secret)
        try:
            setting.check(text)
        except ValueError as error:
            Output().diagnose(f"{setting.name}: {error}")
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


def answer(
    value: dict[str, object], lines: Iterable[str], warnings: Sequence[Problem], notes: Iterable[str] = ()
) -> Answer:
    """An Answer with warnings about the settings."""
    value["warnings"] = [problem.as_json() for problem in warnings]
    return Answer(value, lines, [*map(str, warnings), *notes])
