# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The options of a command that are settings of a program on this laptop, such as [central] or [bridge]."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from chargerctl.cli.output import Decorator, Output
from chargerctl.settings.kinds import has_password
from chargerctl.settings.programs import Key


class Value(click.ParamType):
    """The text of a setting: checked later with the other sources, so that all mistakes are reported together."""

    def __init__(self, key: Key) -> None:
        assert key.kind
        self._kind = key.kind
        self.name = key.name

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found = [CompletionItem(each) for each in self._kind.choices if each.startswith(incomplete)]
        return [*found, CompletionItem(incomplete, type="file")] if self._kind.is_path else found


def setting_option(key: Key) -> Decorator:
    """The option for a setting. Secrets have none: other users of the computer could read it."""
    assert key.kind
    assert not key.secret
    if key.kind.choices == ("true", "false"):
        return click.option(f"{key.option}/--no-{key.option[2:]}", key.name, default=None, help=key.help)
    return click.option(key.option, key.name, type=Value(key), metavar=key.kind.metavar, help=key.help)


def as_text(value: str | bool) -> str:
    """What an option was given, as the settings take it."""
    return value if isinstance(value, str) else "true" if value else "false"


def warn_of_ps(ctx: click.Context, database: str, variable: str) -> None:
    """Where --database holds a password; variable: in which it would not be seen."""
    if (
        has_password(database)
        and ctx.get_parameter_source("database") is click.core.ParameterSource.COMMANDLINE
    ):
        ctx.ensure_object(Output).diagnose(
            "warning: a password in --database: other users can read it there (ps), and your shell keeps it: use the "
            f"settings file, {variable}, PGPASSWORD or a .pgpass file"
        )
