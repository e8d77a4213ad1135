# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The options of `chargerctl central` commands: --config, --database, and any other setting of [central] that has one."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from chargerctl.central.settings import CONFIG_VARIABLE, FILE, CentralSettings, load_central
from chargerctl.cli.central import COMMANDS
from chargerctl.cli.output import Decorator, Output
from chargerctl.cli.program_options import as_text, setting_option, warn_of_ps
from chargerctl.settings.programs import keys

_KEYS = keys(CentralSettings)


def central_options(*names: str) -> Decorator:
    """--config, --database, and an option for each of these settings. The command gets `settings`, a CentralSettings.

    Secrets have no option: other users of the computer could read it.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        @click.pass_context
        def run(ctx: click.Context, *arguments: Any, config: Path | None, **rest: Any) -> Any:
            given = {name: rest.pop(name) for name in ("database", *names)}
            options = {name: as_text(value) for name, value in given.items() if value is not None}
            warn_of_ps(ctx, options.get("database", ""), "CHARGERCTL_CENTRAL_DATABASE")
            loaded = load_central(config, os.environ, options, [*COMMANDS])
            ctx.ensure_object(Output).note(*map(str, loaded.warnings))
            return function(*arguments, settings=loaded.values, **rest)

        decorated: Callable[..., Any] = run
        for name in reversed(("database", *names)):
            decorated = setting_option(_KEYS[name])(decorated)
        return config_option(decorated)

    return decorate


config_option: Decorator = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"The settings file.  [default: {FILE} here, else in chargerctl's own folder; {CONFIG_VARIABLE}]",
)


timeout_option: Decorator = click.option(
    "--timeout",
    type=click.IntRange(1, 3600),
    help="Seconds that a charger has for each answer.  [default: call_timeout of the settings, 30]",
)
