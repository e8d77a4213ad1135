# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How commands reach a board: what they may do to it, where they print, and where the password of a web workflow comes
from. Never from the command line, where others can read it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from chargerctl.boards.address import WebHost
from chargerctl.boards.reach import Approach
from chargerctl.cli.output import Output
from chargerctl.cli.settings_options import config_path
from chargerctl.errors import InputError
from chargerctl.settings import effective

_NAME = "web.api_password"


def approach(
    output: Output,
    force: bool,
    writes: bool = False,
    config: Path | None = None,
    overrides: Sequence[str] = (),
) -> Approach:
    def password(host: WebHost) -> str:
        """Of the settings in effect, else asked for."""
        return given_password(host, config, overrides) or _asked(host, output)

    return Approach(force, output.note, writes, password)


def given_password(host: WebHost, config: Path | None = None, overrides: Sequence[str] = ()) -> str:
    """Of the settings in effect for this board, "" where they have none."""
    path = config_path(config, host)
    return str(effective(path, os.environ, overrides, complete=False).values.web.api_password)


def _asked(host: WebHost, output: Output) -> str:
    if output.as_json or not sys.stdin.isatty():
        raise InputError(
            f"{host} wants the password of its web workflow: set [web] api_password in the settings file, or "
            "CHARGER_WEB_API_PASSWORD in the environment"
        )
    return str(click.prompt(f"Password of the web workflow of {host}", hide_input=True, err=True))
