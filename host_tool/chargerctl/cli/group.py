# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Groups of commands. Each is imported when it is run, or shows its help: chargerctl starts in a fraction of the time."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from chargerctl.cli.output import encodable


@dataclass(frozen=True)
class Entry:
    """A command of a group. module: in chargerctl.cli; help: the line in the help of the group."""

    module: str
    help: str
    attribute: str = "command"


class Group(click.Group):
    """A group with these entries. variables: what the variables of its options begin with; default: the entry that is meant
    where none is named."""

    def __init__(
        self,
        *arguments: Any,
        entries: Mapping[str, Entry],
        variables: str,
        default: str | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(*arguments, **rest)
        self.entries = entries
        self._variables = variables
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = bool(args) and (not args[0].startswith("-") or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named or not self._default else [self._default, *args])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"chargerctl.cli.{entry.module}")
        command: click.Command = getattr(module, entry.attribute)
        _name_variables(command, f"{self._variables}_{cmd_name}")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:  # with the names that click does not know
            raise click.NoSuchCommand(error.command_name, possibilities=self.entries, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])

    def get_help(self, ctx: click.Context) -> str:
        return encodable(super().get_help(ctx))


def _name_variables(command: click.Command, prefix: str) -> None:
    """Give every option an environment variable, CHARGERCTL_<COMMAND>_<OPTION>."""
    for option in command.params:
        if isinstance(option, click.Option):
            name = max(option.opts, key=len).lstrip("-")
            option.envvar = f"{prefix}_{name}".upper().replace("-", "_")
