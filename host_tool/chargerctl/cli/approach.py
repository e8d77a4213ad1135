# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How commands reach a board: what they may do to it, where they print, and where the password of a web workflow comes
from. The one that is on the board may be another than the settings have, which the next deploy writes."""

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

VARIABLE = "CHARGERCTL_WEB_PASSWORD"  # of the board as it is


def approach(
    output: Output,
    force: bool,
    writes: bool = False,
    config: Path | None = None,
    overrides: Sequence[str] = (),
) -> Approach:
    def password(host: WebHost) -> str:
        return given_password(host, config, overrides) or _asked(host, output)

    def other_password(host: WebHost) -> str:
        if not _can_ask(output):
            return ""
        output.note(f"{host} refused the password")
        return _asked(host, output)

    return Approach(force, output.note, writes, password, other_password)


def given_password(host: WebHost, config: Path | None = None, overrides: Sequence[str] = ()) -> str:
    """Of the environment, else of the settings in effect for this board; "" where they have none."""
    if password := os.environ.get(VARIABLE):
        return password
    path = config_path(config, host)
    return str(effective(path, os.environ, overrides, complete=False).values.web.api_password)


def _can_ask(output: Output) -> bool:
    return not output.as_json and sys.stdin.isatty()


def _asked(host: WebHost, output: Output) -> str:
    if not _can_ask(output):
        raise InputError(
            f"{host} wants the password of its web workflow: set {VARIABLE}, or [web] api_password in the settings file"
        )
    return str(click.prompt(f"Password of the web workflow of {host}", hide_input=True, err=True))
